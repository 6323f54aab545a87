/** Admits newcomers in one step, where enough root keys are at hand. */
import {
  encodeProposal,
  MuluError,
  parseProposal,
  type Registry,
  type Right,
  type RosterChange,
  readProposal,
} from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import { createCrypto } from '../crypto.ts'
import type { DataFolder } from '../folder/data-folder.ts'
import { type Published, proposeRoster, publishRoster } from './propose.ts'
import { readRootKeys, signAtHand } from './root-keys.ts'

/** Who was admitted, under which roster. */
export type Admitted = {
  readonly roster: Published
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

/** Admits all requests in one roster version, or none. Texts are the content of request files. */
export async function admitRequests(
  context: AdmitContext,
  texts: readonly string[],
  rights?: readonly Right[],
): Promise<Admitted> {
  const { folder, registry } = context
  if (registry.roster === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  if (texts.length === 0) throw new MuluError('MULU_LIMIT', { details: { requests: 0, min: 1 } })
  const keys = await readRootKeys(folder.root)
  const orders = { admit: texts.map(parseRequest), ...(rights === undefined ? {} : { rights }) }
  const proposal = parseProposal(proposeRoster(context, orders))
  const signed = await signAtHand(proposal, keys, false)
  const roster = await publishRoster(registry, [encodeProposal(signed)])
  return { roster, admitted: admittedBy(readProposal(createCrypto(), signed).draft.changes) }
}

function parseRequest(text: string, index: number): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    const details = { request: index, reason: String(cause) }
    throw new MuluError('MULU_REQUEST_SHAPE', { cause, details })
  }
}

/** Whom a version admits. */
export function admittedBy(changes: readonly RosterChange[]): Admitted['admitted'] {
  return changes.flatMap((change) =>
    change.type === 'writer'
      ? [{ client: change.client, agency: change.agency, office: change.office || null }]
      : [],
  )
}
