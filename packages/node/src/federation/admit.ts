/** Signs the next roster with the root keys in the folder. */
import {
  admissionChanges,
  draftRoster,
  encodeRoster,
  hashToText,
  isMuluError,
  type JoinRequest,
  MuluError,
  parseJoinRequest,
  type Registry,
  type Right,
  type Roster,
  type RosterChange,
} from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import { createCrypto, createSigner } from '../crypto.ts'
import type { DataFolder } from '../folder/data-folder.ts'
import { readKeyFolder } from '../folder/key-file.ts'
import { signaturesOf } from './found.ts'

/** Who was admitted, under which roster. */
export type Admitted = {
  readonly roster: { readonly version: number; readonly hash: string }
  readonly admitted: readonly {
    readonly client: number
    readonly agency: number
    readonly office: string | null
  }[]
}

/** What admitting needs. */
export type AdmitContext = {
  readonly folder: DataFolder
  readonly registry: Registry
  readonly clock: Clock
}

/** Join requests one call may bring. */
export const REQUESTS_MAX = 256

/** Admits all requests in one roster version, or none. Texts are the content of request files. */
export async function admitRequests(
  context: AdmitContext,
  texts: readonly string[],
  rights?: readonly Right[],
): Promise<Admitted> {
  const { folder, registry, clock } = context
  const before = registry.roster
  if (before === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  if (texts.length === 0 || texts.length > REQUESTS_MAX) {
    throw new MuluError('MULU_LIMIT', { details: { requests: texts.length, max: REQUESTS_MAX } })
  }
  const roots = (await readKeyFolder(folder.root)).map(createSigner)
  if (roots.length === 0) {
    throw new MuluError('MULU_NOT_COORDINATOR', { details: { folder: folder.root } })
  }
  const requests = texts.map((text, index) => readRequest(text, index))
  const changes = admissionChanges(before.fed, before.state, requests, rights)
  const body = draftRoster(createCrypto(), before, changes, clock.now())
  await registry.addRoster(encodeRoster(body, signaturesOf(body, roots)))
  return admittedOf(registry.roster ?? before, changes)
}

function readRequest(text: string, index: number): JoinRequest {
  try {
    return parseJoinRequest(createCrypto(), text)
  } catch (cause) {
    if (!isMuluError(cause)) throw cause
    throw new MuluError(cause.code, { cause, details: { ...cause.details, request: index } })
  }
}

function admittedOf(roster: Roster, changes: readonly RosterChange[]): Admitted {
  const admitted = changes.flatMap((change) =>
    change.type === 'writer'
      ? [{ client: change.client, agency: change.agency, office: change.office || null }]
      : [],
  )
  return { roster: { version: roster.version, hash: hashToText(roster.hash) }, admitted }
}
