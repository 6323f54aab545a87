/** What this node holds against others: who, why and since when; stands on the situation page. */
import { type Labels, type LogHead, logText, type Writer } from '@mulu/registry-core'
import type { Conduct } from '../network/peer-info.ts'
import type { NodeContext } from '../node-context.ts'
import { agencyRef, officeName } from './names.ts'

/** Of one writer, what a person should know. */
export type ConductStatus = {
  readonly client: number
  readonly name: Labels
  /** Whether the roster has closed all its grants. */
  readonly revoked: boolean
  /** What its node sent that was refused, by code. */
  readonly refused: Conduct['refused']
  readonly throttled: Conduct['throttled']
  readonly cutOff: NonNullable<Conduct['cutOff']> | null
  /** Commits it signed that count for nothing, by code, since this node was started. */
  readonly ineffective: Conduct['ineffective']
  /** Logs in which it signed two commits at one position, and the lowest such position. */
  readonly forks: readonly { readonly log: string; readonly at: number }[]
}

const NOTHING: Conduct = { refused: [], throttled: [], cutOff: undefined, ineffective: [] }

/** The writers of whom there is something to tell, in order of their numbers. */
export function listConduct(context: NodeContext): readonly ConductStatus[] {
  const { registry } = context.store
  const writers = [...(registry.roster?.state.writers.values() ?? [])]
  const forked = registry.heads().filter((head) => head.forkedAt !== undefined)
  return writers
    .sort((a, b) => a.client - b.client)
    .map((writer) => conductOf(context, writer, forked))
    .filter(isWorthTelling)
}

function conductOf(
  context: NodeContext,
  writer: Writer,
  forked: readonly LogHead[],
): ConductStatus {
  const { client, agency, office, grants, peers } = writer
  const state = context.store.registry.roster?.state
  const found = context.network()?.conductOf(client, peers[0] ?? '') ?? NOTHING
  return {
    client,
    name: officeName(agencyRef(state, agency).name, office),
    revoked: grants.length > 0 && grants.every((grant) => grant.until !== undefined),
    refused: found.refused,
    throttled: found.throttled,
    cutOff: found.cutOff ?? null,
    ineffective: found.ineffective,
    forks: forked
      .filter((head) => head.log.writer === client)
      .map(({ log, forkedAt }) => ({ log: logText(log), at: forkedAt ?? 0 })),
  }
}

function isWorthTelling(conduct: ConductStatus): boolean {
  const { refused, throttled, cutOff, ineffective, forks } = conduct
  const lists = [refused, throttled, ineffective, forks]
  return cutOff !== null || lists.some((list) => list.length > 0)
}
