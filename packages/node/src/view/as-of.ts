/** What this node had heard of the others, and when: stands under every answer. */
import { equalBytes, type Hash, type Labels, type Writer } from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import type { PeerInfo } from '../network/peer-info.ts'

/** How old news may be to count as heard. */
const HEARD_WITHIN_MS = 600_000

/** The line "as of" in every answer. */
export type AsOf = {
  readonly nowMs: number
  readonly nodes: number
  readonly heard: number
  readonly agree: number
  readonly silent: readonly { readonly name: Labels; readonly lastHeardMs: number | null }[]
}

/** What this node knows of all nodes at this moment. */
export async function asOf(core: NodeCore): Promise<AsOf> {
  const nowMs = core.clock.now()
  const digest = await core.registry.catalogueDigest()
  const peers = otherWriters(core).map((writer) => ({ writer, info: peerInfoOf(core, writer) }))
  const heard = peers.filter(({ info }) => isHeard(info, nowMs))
  const agree = heard.filter(({ info }) => agrees(info, digest) === true)
  return {
    nowMs,
    nodes: peers.length + 1,
    heard: heard.length + 1,
    agree: agree.length + 1,
    silent: peers
      .filter((peer) => !heard.includes(peer))
      .map(({ writer, info }) => ({
        name: nodeName(core, writer),
        lastHeardMs: info?.lastHeardMs ?? null,
      })),
  }
}

/** Writers of the roster that are still open, this node's own left out. */
export function otherWriters(core: NodeCore): readonly Writer[] {
  const writers = [...(core.registry.roster?.state.writers.values() ?? [])]
  return writers.filter(
    (writer) => !writer.peers.includes(core.peer) && writer.grants.some((g) => !g.until),
  )
}

/** What the network knows of a writer's node. */
export function peerInfoOf(core: NodeCore, writer: Writer): PeerInfo | undefined {
  return core
    .network()
    ?.peers()
    .find((info) => info.client === writer.client)
}

/** Whether the digest a node reported last is ours; null when it reported none. */
export function agrees(info: PeerInfo | undefined, digest: Hash): boolean | null {
  return info?.reported === undefined ? null : equalBytes(info.reported.digest, digest)
}

/** How a node is called: its agency, with the office behind it where it is one. */
export function nodeName(core: NodeCore, writer: Writer): Labels {
  const names = core.registry.roster?.state.agencies.get(writer.agency)?.names ?? {}
  if (writer.office === '') return names
  const entries = Object.entries(names).map(([tag, name]) => [tag, `${name} · ${writer.office}`])
  return Object.fromEntries(entries)
}

function isHeard(info: PeerInfo | undefined, nowMs: number): boolean {
  return info?.lastHeardMs !== undefined && nowMs - info.lastHeardMs <= HEARD_WITHIN_MS
}
