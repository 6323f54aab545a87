/**
 * Digest trees as they stood when a snapshot was taken or agreed to, so that what was in it can
 * be shown later. Nodes are kept by their hash: a tree costs what changed since the last one, and
 * nothing is kept while commits come in. Only names of records and hashes stand in it.
 *
 * sublevel `kept`  `node/<hash>` -> bytes of a node (catalogue/tree-nodes.ts)
 *                  `tree/<number 12 hex>` -> root hash, in the order in which they were kept
 */
import type { DigestTree } from '../catalogue/digest-tree.ts'
import {
  bucketOf,
  CHILDREN,
  leafOnPath,
  NOTHING,
  nodeHash,
  readChildren,
  readTop,
  type TreePath,
} from '../catalogue/tree-nodes.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { KEPT_TREES_MAX } from '../limits.ts'
import {
  commitBatch,
  del,
  fixedHex,
  type Operation,
  put,
  type Store,
  under,
} from '../store/store.ts'

const BATCH = 1_024
/** Where the bucket of a record stands in a path, below root, namespace and group. */
const BUCKET_DEPTH = 3
/** How many go at once, so that the nodes are looked through seldom. */
const DROPPED = Math.ceil(KEPT_TREES_MAX / 4)

/** The kept trees of one store; for audience 1. */
export class KeptTrees {
  readonly #crypto: Crypto
  readonly #store: Store

  constructor(crypto: Crypto, store: Store) {
    this.#crypto = crypto
    this.#store = store
  }

  /** Keeps the tree as it stands now, unless its root is kept already. */
  async keep(tree: DigestTree): Promise<void> {
    const kept = await this.#trees()
    const root = await tree.root(1)
    if (kept.some(([, each]) => equalBytes(each, root))) return
    let operations: Operation[] = []
    for await (const bytes of tree.nodes(1, (node) => this.#has(node))) {
      operations.push(put(this.#store.kept, nodeKey(nodeHash(this.#crypto, bytes)), bytes))
      if (operations.length < BATCH) continue
      await commitBatch(this.#store, operations)
      operations = []
    }
    const number = (kept.at(-1)?.[0] ?? 0) + 1
    operations.push(put(this.#store.kept, treeKey(number), root))
    await commitBatch(this.#store, operations)
    if (kept.length >= KEPT_TREES_MAX) await this.#drop(kept.slice(0, DROPPED).map(([n]) => n))
  }

  /** The path from a kept root to a record; undefined when that tree is not kept here, or not whole. */
  async path(root: Hash, ns: number, rec: string): Promise<TreePath | undefined> {
    const bucket = bucketOf(this.#crypto, rec)
    const steps: readonly ((bytes: Uint8Array) => Hash | undefined)[] = [
      (bytes) => readTop(bytes).find(([each]) => each === ns)?.[1],
      (bytes) => readChildren(bytes)[bucket >> 6],
      (bytes) => readChildren(bytes)[bucket & (CHILDREN - 1)],
      () => undefined,
    ]
    const path: Uint8Array[] = []
    let node: Hash | undefined = root
    for (const step of steps) {
      if (node === undefined || equalBytes(node, NOTHING)) break
      const bytes: Uint8Array | undefined = await this.#store.kept.get(nodeKey(node))
      if (bytes === undefined) return undefined
      path.push(bytes)
      node = step(bytes)
    }
    try {
      leafOnPath(this.#crypto, root, ns, rec, path)
      return path
    } catch {
      // A disk that rots: as if it had not been kept.
      return undefined
    }
  }

  /**
   * Forgets what trees say of a record where that is not what holds now: a leaf is a hash without
   * salt, by which somebody could find out a short value that was erased. Of those trees nothing
   * in the same bucket can be shown any more.
   */
  async forget(ns: number, rec: string, present: Hash | undefined): Promise<void> {
    const stale = new Map<string, Operation>()
    for (const [, root] of await this.#trees()) {
      const path = await this.path(root, ns, rec)
      const bucket = path?.[BUCKET_DEPTH]
      if (path === undefined || bucket === undefined) continue
      const leaf = leafOnPath(this.#crypto, root, ns, rec, path)
      if (leaf === undefined || (present !== undefined && equalBytes(leaf, present))) continue
      const key = nodeKey(nodeHash(this.#crypto, bucket))
      stale.set(key, del(this.#store.kept, key))
    }
    await commitBatch(this.#store, [...stale.values()])
  }

  async #has(node: Hash): Promise<boolean> {
    return (await this.#store.kept.get(nodeKey(node))) !== undefined
  }

  async #trees(): Promise<readonly (readonly [number: number, root: Hash])[]> {
    const found = await this.#store.kept.iterator(under('tree')).all()
    return found.map(([key, root]) => [Number.parseInt(key.slice(5), 16), root])
  }

  /** Forgets trees, then the nodes that no other tree has. */
  async #drop(numbers: readonly number[]): Promise<void> {
    await commitBatch(
      this.#store,
      numbers.map((number) => del(this.#store.kept, treeKey(number))),
    )
    const alive = await this.#reachable()
    let operations: Operation[] = []
    for await (const key of this.#store.kept.keys(under('node'))) {
      if (alive.has(key)) continue
      operations.push(del(this.#store.kept, key))
      if (operations.length < BATCH) continue
      await commitBatch(this.#store, operations)
      operations = []
    }
    await commitBatch(this.#store, operations)
  }

  async #reachable(): Promise<ReadonlySet<string>> {
    const alive = new Set<string>()
    const isNew = (node: Hash): boolean => {
      const key = nodeKey(node)
      return !equalBytes(node, NOTHING) && !alive.has(key) && alive.add(key) !== undefined
    }
    const readNode = async (node: Hash): Promise<Uint8Array> =>
      (await this.#store.kept.get(nodeKey(node))) ?? new Uint8Array()
    for (const [, root] of await this.#trees()) {
      if (!isNew(root)) continue
      for (const [, scope] of readTop(await readNode(root))) {
        if (!isNew(scope)) continue
        for (const group of readChildren(await readNode(scope))) {
          if (isNew(group)) readChildren(await readNode(group)).forEach(isNew)
        }
      }
    }
    return alive
  }
}

function nodeKey(node: Hash): string {
  return `node/${toHex(node)}`
}

function treeKey(number: number): string {
  return `tree/${fixedHex(number, 12)}`
}
