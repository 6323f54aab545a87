/** Orders of erasure as commands and pages show them: what is done, and who has still to do it. */
import {
  type Erasure,
  hashToText,
  isMember,
  type Labels,
  type RosterState,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { agencyRef, officeName } from './names.ts'

/** A node that has to destroy the bytes. */
export type ErasureNode = {
  readonly client: number
  readonly name: Labels
  /** `confirmed` is its signed word that no file of it holds the bytes. */
  readonly state: 'confirmed' | 'outstanding'
}

/** One order. */
export type ErasureStatus = {
  readonly id: string
  /** The reference of the lawful order. */
  readonly order: string
  readonly records: readonly string[]
  readonly bodies: number
  readonly writer: number
  readonly atMs: number
  /** False once the roster has closed the log below it and nothing has settled it. */
  readonly counts: boolean
  /** Whether a settled snapshot covers it; other agencies destroy nothing before. */
  readonly settled: boolean
  readonly destroyedHere: boolean
  readonly nodes: readonly ErasureNode[]
}

/** Orders to the federation, the newest first; those inside a namespace only with `isInside`. */
export async function listErasureStatus(
  { store: { registry } }: Pick<NodeContext, 'store'>,
  isInside: boolean,
): Promise<readonly ErasureStatus[]> {
  const state = registry.roster?.state
  const all = await registry.erasing.list()
  return all
    .filter(({ log }) => log.aud === 1 || isInside)
    .map((erasure) => showErasure(state, erasure))
}

/** How many orders to the federation count, and how many of them wait for somebody. */
export async function countErasures(
  context: Pick<NodeContext, 'store'>,
): Promise<{ readonly orders: number; readonly outstanding: number }> {
  const counting = (await listErasureStatus(context, false)).filter(({ counts }) => counts)
  const outstanding = counting.filter(({ nodes }) =>
    nodes.some(({ state }) => state === 'outstanding'),
  )
  return { orders: counting.length, outstanding: outstanding.length }
}

function showErasure(state: RosterState | undefined, erasure: Erasure): ErasureStatus {
  const { id, order, log, recs, bodies, atMs, isInForce, isSettled, isDestroyed } = erasure
  return {
    ...{ id: hashToText(id), order, bodies, writer: log.writer, atMs },
    records: recs.map((rec) => `${log.ns}/${rec}`),
    ...{ counts: isInForce || isSettled, settled: isSettled, destroyedHere: isDestroyed },
    nodes: nodesOf(state, erasure),
  }
}

/** Every node that may hold the log; one whose grants are all closed is not asked any more. */
function nodesOf(
  state: RosterState | undefined,
  { log, confirmed }: Erasure,
): readonly ErasureNode[] {
  const writers = [...(state?.writers.values() ?? [])].filter(
    (writer) =>
      isMember(writer) &&
      (log.aud === 1 ||
        writer.grants.some(({ ns, until }) => ns === log.ns && until === undefined)),
  )
  return writers
    .sort((a, b) => a.client - b.client)
    .map(({ client, agency, office }) => ({
      client,
      name: officeName(agencyRef(state, agency).name, office),
      state: confirmed.includes(client) ? 'confirmed' : 'outstanding',
    }))
}
