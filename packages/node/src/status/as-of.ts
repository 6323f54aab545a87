import type { Labels } from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { listPeers, type PeerStatus } from './peers.ts'
import { readShare, type ShareStatus } from './share.ts'

/** What this node had heard of the federation, and when: stands on every page. */
export type AsOf = {
  readonly nowMs: number
  readonly nodes: number
  readonly heard: number
  readonly agree: number
  readonly silent: readonly { readonly name: Labels; readonly lastHeardMs: number | null }[]
  /** How much of the catalogue is here. */
  readonly share: ShareStatus
}

/** A node that was not heard for this long counts as silent. */
const SILENT_AFTER_MS = 600_000

/** How complete the picture is. */
export async function asOf(context: NodeContext): Promise<AsOf> {
  return asOfPeers(context, await listPeers(context), context.clock.now())
}

/** The same from a list that is at hand. */
export function asOfPeers(context: NodeContext, peers: readonly PeerStatus[], nowMs: number): AsOf {
  const isHeard = (peer: PeerStatus): boolean =>
    peer.self || (peer.lastHeardMs !== null && nowMs - peer.lastHeardMs < SILENT_AFTER_MS)
  return {
    nowMs,
    nodes: peers.length,
    heard: peers.filter(isHeard).length,
    agree: peers.filter((peer) => peer.agrees === true).length,
    silent: peers
      .filter((peer) => !isHeard(peer))
      .map(({ name, lastHeardMs }) => ({ name, lastHeardMs })),
    share: readShare(context, peers.length),
  }
}
