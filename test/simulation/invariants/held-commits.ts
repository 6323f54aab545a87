/** The commits that nodes hold, read from their logs once for all that looks at them. */
import {
  type Commit,
  commitId,
  decodeCommit,
  decodeHeader,
  logText,
  type Registry,
  toHex,
} from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import type { World } from '../world.ts'

/** One commit at a node; the same bytes at two nodes are one object. */
export type HeldCommit = {
  readonly commit: Commit
  /** In hexadecimal digits. */
  readonly id: string
  /** Log and position, as text. */
  readonly position: string
  readonly seq: number
}

/** By node, what it holds, log by log. */
export type HeldCommits = ReadonlyMap<SimNode, readonly HeldCommit[]>

const PAGE_BYTES = 4_194_304

/** Reads everything that running nodes hold; of rotten disks nothing. */
export async function readHeldCommits(world: World): Promise<HeldCommits> {
  const known = new Map<string, HeldCommit>()
  const held = new Map<SimNode, readonly HeldCommit[]>()
  for (const node of world.up) {
    if (node.isRotten || node.registry === undefined) continue
    held.set(node, await readNode(world, node.registry, known))
  }
  return held
}

async function readNode(
  world: World,
  registry: Registry,
  known: Map<string, HeldCommit>,
): Promise<readonly HeldCommit[]> {
  const held: HeldCommit[] = []
  for (const { log } of registry.heads()) {
    for (let from = 1, more = true; more; ) {
      const page = await registry.readLog(log, from, PAGE_BYTES)
      for (const bytes of page.commits) {
        const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
        const one = known.get(text) ?? readOne(world, bytes)
        known.set(text, one)
        held.push(one)
        from = one.seq + 1
      }
      more = page.more
    }
  }
  return held
}

function readOne(world: World, bytes: Uint8Array): HeldCommit {
  const commit = decodeCommit(bytes)
  const { ns, aud, writer, seq } = decodeHeader(commit.header)
  const id = toHex(commitId(world.crypto, commit.header))
  return { commit, id, position: `${logText({ ns, aud, writer })} ${seq}`, seq }
}
