import { CN_GOV_PROFILE, DCAT_PROFILE, type Profile } from '@mulu/registry-core'

/** The profiles that come with the software, by the name that `found --profile` takes. */
export const PROFILES: Readonly<Record<'cn-gov' | 'dcat', Profile>> = {
  'cn-gov': CN_GOV_PROFILE,
  dcat: DCAT_PROFILE,
}
