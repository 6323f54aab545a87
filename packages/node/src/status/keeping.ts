/** What this node keeps of values that are superseded, and who keeps all of them. */
import { isArchive, type Labels } from '@mulu/registry-core'
import type { Keeps } from '../folder/node-config.ts'
import type { NodeContext } from '../node-context.ts'
import type { LastPruning } from '../pruning/pruner.ts'
import { listPeers } from './peers.ts'

/** The keeping of a node. */
export type KeepingStatus = {
  readonly keeps: Keeps
  /** Of how many records a value that counts is not here, and is asked for. */
  readonly lackingRecords: number
  /** At how many positions of logs bodies are wanted, superseded ones as well where all are kept. */
  readonly lackedPositions: number
  /** Nodes that keep everything and lack nothing, this one among them; as far as was heard. */
  readonly archives: readonly Labels[]
  readonly lastPruned: LastPruning | null
}

/** Reads it. */
export async function keepingStatus(context: NodeContext): Promise<KeepingStatus> {
  const { pruning } = context.store.registry
  return {
    keeps: pruning.keepsAll ? 'all' : 'live',
    lackingRecords: pruning.lackingRecords(),
    lackedPositions: pruning.lacked().length,
    archives: await archivesOf(context),
    lastPruned: context.pruner.last ?? null,
  }
}

/** The names of nodes that keep everything, so that people know whom to ask. */
export async function archivesOf(context: NodeContext): Promise<readonly Labels[]> {
  const peers = await listPeers(context)
  const others = peers.filter(({ archive, self }) => archive === true && !self)
  const own = peers.filter(({ self }) => self && isArchive(context.store.registry))
  return [...own, ...others].map(({ name }) => name)
}
