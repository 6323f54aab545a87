/** Values of the federation that count and are not here: who lacks them, and who has them. */
import { entryOfBody } from '../../packages/registry-core/src/commit/commit.ts'
import { decodeCbor } from '../../packages/registry-core/src/encoding/cbor.ts'
import {
  type Commit,
  commitId,
  decodeCommit,
  decodeHeader,
  equalBytes,
  type Hash,
  type LogKey,
} from '../../packages/registry-core/src/index.ts'
import { openStore, scopeOfKey } from '../../packages/registry-core/src/store/store.ts'
import { testCrypto } from '../../packages/registry-core/testing/crypto.ts'
import type { SimNode } from './sim-node.ts'

/** An entry of a commit in force whose body a node lacks. */
export type LackedEntry = {
  readonly log: LogKey
  readonly seq: number
  readonly id: Hash
  readonly entry: number
  readonly rec: string
  readonly cls: 0 | 1 | 2
}

type Wanted = readonly [writer: number, seq: number, entry: number, isLive: boolean]

/** What a node lacks. */
export async function lackedBy(node: SimNode): Promise<readonly LackedEntry[]> {
  if ((node.registry?.pruning.lackingRecords() ?? 0) === 0) return []
  const store = await openStore(node.disk.open())
  const lacked: LackedEntry[] = []
  for (const [key, bytes] of await store.lacking.iterator().all()) {
    const { ns, aud } = scopeOfKey(key)
    if (aud !== 1) continue
    for (const [writer, seq, entry, isLive] of decodeCbor(bytes) as unknown as Wanted[]) {
      const log = { ns, aud, writer }
      const found = isLive ? await standingAt(node, log, seq) : undefined
      const written = found?.entries[entry]
      if (found === undefined || written === undefined) continue
      lacked.push({ log, seq, id: found.id, entry, rec: written.rec, cls: written.cls })
    }
  }
  await store.db.close()
  return lacked
}

/** The commit in force at a position. */
async function standingAt(
  { registry }: SimNode,
  log: LogKey,
  seq: number,
): Promise<(ReturnType<typeof decodeHeader> & { readonly id: Hash }) | undefined> {
  const at = (await registry?.commitsAt(log, seq)) ?? []
  const standing = at.find(({ outcome }) => outcome.kind === 'in force')
  const commit = standing && (await commitOf(registry, log, seq, standing.id))
  return standing && commit && { ...decodeHeader(commit.header), id: standing.id }
}

async function commitOf(
  registry: SimNode['registry'],
  log: LogKey,
  seq: number,
  id: Hash,
): Promise<Commit | undefined> {
  const page = await registry?.readLog(log, seq, 1)
  return page?.commits
    .map(decodeCommit)
    .find(({ header }) => equalBytes(commitId(testCrypto, header), id))
}

/** Who of some nodes has what is lacked. */
export async function holderOf(
  nodes: readonly SimNode[],
  { log, seq, id, entry }: LackedEntry,
): Promise<SimNode | undefined> {
  for (const node of nodes) {
    const commit = await commitOf(node.registry, log, seq, id)
    if (commit === undefined) continue
    const read = decodeHeader(commit.header)
    const isHere = commit.bodies.some(
      (body, i) => body instanceof Uint8Array && entryOfBody(read, i) === entry,
    )
    if (isHere) return node
  }
  return undefined
}
