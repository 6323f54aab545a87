/** What a node says of others, and what it holds, read over HTTP. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../support/mulu.ts'
import type { Stage, StageNode } from './stage.ts'

/** What the situation page is made from, of one member. */
export type Conduct = {
  readonly client: number
  readonly revoked: boolean
  readonly refused: readonly { readonly code: string; readonly count: number }[]
  readonly throttled: readonly { readonly why: string; readonly sinceMs: number }[]
  readonly cutOff: { readonly code: string } | null
  readonly ineffective: readonly { readonly code: string; readonly count: number }[]
  readonly forks: readonly { readonly log: string; readonly at: number }[]
}

type Status = {
  readonly heads: { readonly commits: number; readonly waiting: number }
  readonly catalogue: { readonly digest: string; readonly records: number }
  readonly conduct: readonly Conduct[]
  readonly peers: readonly Peer[]
}
type Peer = {
  readonly client: number
  readonly connected: boolean
  readonly refused: readonly { readonly code: string; readonly count: number }[]
}

/** The status of a node. */
export function statusOf(node: StageNode): Promise<Status> {
  return node.get<Status>('/api/v1/status')
}

/** How often what a peer sent was refused, by code. */
export async function refusedOf(node: StageNode, client: number): Promise<Record<string, number>> {
  const { peers } = await statusOf(node)
  const refused = peers.find((peer) => peer.client === client)?.refused ?? []
  return Object.fromEntries(refused.map(({ code, count }) => [code, count]))
}

/** How many commits of a writer count for nothing, by code. */
export async function ineffectiveOf(
  node: StageNode,
  client: number,
): Promise<Record<string, number>> {
  const found = (await conductOf(node, client))?.ineffective ?? []
  return Object.fromEntries(found.map(({ code, count }) => [code, count]))
}

/** What a node holds against a member. */
export async function conductOf(node: StageNode, client: number): Promise<Conduct | undefined> {
  return (await statusOf(node)).conduct.find((conduct) => conduct.client === client)
}

/** Waits until a count by code reaches a number. */
export function untilCounted(
  what: string,
  read: () => Promise<Record<string, number>>,
  code: string,
  count = 1,
): Promise<true> {
  return eventually<true>(`${count} of ${code} for ${what}`, async () => {
    const counts = await read()
    if ((counts[code] ?? 0) >= count) return true
    throw new Error(JSON.stringify(counts))
  })
}

/** All records as bytes, but those of some namespaces and some ids: what nobody else may change. */
export async function stateBytes(
  node: StageNode,
  exceptNs: readonly number[],
  exceptIds: readonly string[] = [],
): Promise<string> {
  const starts = [...exceptNs.map((ns) => `"id":"${ns}/`), ...exceptIds.map((id) => `"id":"${id}"`)]
  const lines = await (await node.ask('/api/v1/export')).text()
  return lines
    .split('\n')
    .filter((line) => line !== '' && !starts.some((start) => line.includes(start)))
    .join('\n')
}

/** Makes a record at a node; its id. */
export async function makeRecord(node: StageNode, title: string): Promise<string> {
  const response = await node.ask('/api/v1/records', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'resource',
      fields: { 'title/en': title, 'description/en': `About ${title}` },
    }),
  })
  const body = (await response.json()) as { readonly id: string }
  if (response.status !== 201) throw new Error(`${response.status} ${JSON.stringify(body)}`)
  return body.id
}

/** Whether a node shows a record. */
export async function hasRecord(node: StageNode, id: string): Promise<boolean> {
  const response = await node.ask(`/api/v1/records/${id}`)
  await response.arrayBuffer()
  return response.status === 200
}

/** Waits until a node shows a record. */
export function untilRecord(node: StageNode, id: string, deadlineMs?: number): Promise<true> {
  const read = async (): Promise<true | undefined> =>
    (await hasRecord(node, id)) ? true : undefined
  return eventually(`${id} at ${node.name}`, read, deadlineMs)
}

/** Waits until all nodes have one catalogue digest; the digest. */
export function untilAgreed(nodes: readonly StageNode[], deadlineMs?: number): Promise<string> {
  return eventually(
    `${nodes.length} equal digests`,
    async () => {
      const all = await Promise.all(nodes.map(statusOf))
      const digests = new Set(all.map((status) => status.catalogue.digest))
      if (digests.size === 1) return all[0]?.catalogue.digest
      throw new Error(all.map((s) => `${s.catalogue.records}`).join())
    },
    deadlineMs,
  )
}

/** Names witnesses of whom two have to agree; a member brings that roster to the first node. */
export async function nameWitnesses(
  stage: Stage,
  names: readonly string[],
  bringer: string,
): Promise<void> {
  const writers = names.map((name) => stage.member(name).client)
  const named = stage.sign([{ type: 'witnesses', writers, threshold: 2 }])
  const peer = await stage.hostile(bringer).start()
  await peer.dial(stage.first.address())
  peer.rosters = [named.bytes]
  peer.roster = { version: named.version, hash: named.hash }
  peer.announce()
  for (const node of stage.nodes) await untilRoster(node, named.version)
  await untilAgreed(stage.nodes)
  await peer.stop()
}

function untilRoster(node: StageNode, version: number): Promise<true> {
  return eventually(`roster ${version} at ${node.name}`, async () => {
    const roster = await node.get<{ version: number }>('/api/v1/roster')
    return roster.version === version || undefined
  })
}

/** Files under a folder, by path, in which bytes stand. */
export async function filesWith(dir: string, bytes: Uint8Array): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const held = await readFile(path).catch(() => Buffer.alloc(0))
    if (held.includes(Buffer.from(bytes))) found.push(path)
  }
  return found
}
