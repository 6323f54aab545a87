import {
  canonicalJson,
  CN_GOV_PROFILE,
  type Crypto,
  DCAT_PROFILE,
  DOMAIN,
  type Hash,
  hash,
  type JsonValue,
  type Profile,
  utf8,
} from '@mulu/registry-core'

/** The profiles that come with the software, by the name that `found --profile` takes. */
export const PROFILES = { 'cn-gov': CN_GOV_PROFILE, dcat: DCAT_PROFILE } as const
