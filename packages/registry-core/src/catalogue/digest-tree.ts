/**
 * The catalogue digest: a Merkle tree namespace -> group -> bucket -> leaf. A write only marks
 * its bucket as dirty in its own batch; the tree is brought up to date when somebody asks, so a
 * bulk import hashes each bucket once and an unchanged catalogue costs one read. Buckets known to
 * be marked are not marked again.
 *
 * bucket   first 12 bits of hash("mulu/tree/1" || rec), 3 hex; group: its first 6 bits
 * bucket   hash("mulu/tree/1" || leaf …) with leaves in order of `kind/local`
 * group    hash("mulu/tree/1" || 64 bucket hashes); scope: hash over its 64 groups, kept under
 *          `root/<audience>/<ns>`;
 * root     hash("mulu/tree/1" || CBOR [[ns, scope hash] …]) over the namespaces of an audience;
 * where nothing is, 33 zero bytes stand
 */
import { type Audience, audienceText } from '../commit/audience.ts'
import { type Crypto, DOMAIN, HASH_BYTES, type Hash, hash, hashOfText } from '../crypto.ts'
import { concat, equalBytes } from '../encoding/bytes.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import {
  commitBatch,
  del,
  fixedHex,
  type Operation,
  put,
  type Scope,
  type Store,
  scopeOfKey,
  scopePrefix,
  under,
} from '../store/store.ts'

const NOTHING = new Uint8Array(HASH_BYTES)
const MARK = new Uint8Array()

/** The digest tree of one store. */
export class DigestTree {
  readonly #crypto: Crypto
  readonly #store: Store
  /** Buckets that are marked in the store; some that are may be missing here. */
  readonly #marked = new Set<string>()

  constructor(crypto: Crypto, store: Store) {
    this.#crypto = crypto
    this.#store = store
  }

  /** Gathers the leaves of one batch. */
  stage(scope: Scope): LeafStage {
    return new LeafStage(this.#crypto, this.#store, scope, this.#marked)
  }

  /** The digest over all namespaces of an audience, brought up to date first. */
  async root(aud: Audience): Promise<Hash> {
    await this.#refresh()
    const rows: [number, Uint8Array][] = []
    for await (const [key, value] of this.#store.tree.iterator(under(rootPrefix(aud)))) {
      rows.push([Number.parseInt(key.slice(-8), 16), value])
    }
    return hash(this.#crypto, DOMAIN.tree, encodeCbor(rows))
  }

  /**
   * Compares part `part` (0 to 63) of the tree of a scope with its leaves, and has what differs
   * computed again; whether something differed.
   */
  async recheck(scope: Scope, part: number): Promise<boolean> {
    const prefix = scopePrefix(scope)
    const buckets = range64((i) => fixedHex((part << 6) | i, 3))
    const nodes = await expectedNodes(this.#crypto, this.#store, prefix, part)
    const stored = await this.#store.tree.getMany(nodes.map(([node]) => `${prefix}/${node}`))
    const differs = nodes.some(([, hash], i) => !equalBytes(stored[i] ?? NOTHING, hash))
    if (!differs) return false
    const dirty = buckets.map((bucket) => put(this.#store.dirty, `${prefix}/${bucket}`, MARK))
    await commitBatch(this.#store, dirty)
    return true
  }

  /** Whether the top of a scope's tree differs from what stands below; if so it is made again. */
  async recheckTop(scope: Scope): Promise<boolean> {
    const prefix = scopePrefix(scope)
    const all = range64((i) => `g${fixedHex(i, 2)}`)
    const top = await nodeOver(this.#crypto, this.#store, prefix, all, new Map())
    const stored = await this.#store.tree.get(topKey(scope))
    if (equalBytes(stored ?? NOTHING, top)) return false
    await commitBatch(this.#store, [put(this.#store.dirty, `${prefix}/000`, MARK)])
    return true
  }

  /** Brings the tree up to date with what is marked. */
  async refresh(): Promise<void> {
    await this.#refresh()
  }

  async #refresh(): Promise<void> {
    const dirty = await this.#store.dirty.keys().all()
    if (dirty.length === 0) return
    // Forgotten before they are taken back in the store: a mark too many does no harm.
    this.#marked.clear()
    for (const [prefix, buckets] of groupByScope(dirty)) {
      await refreshScope(this.#crypto, this.#store, prefix, buckets)
    }
  }
}

/** Leaves of one scope on their way into one batch. */
export class LeafStage {
  readonly operations: Operation[] = []
  readonly #crypto: Crypto
  readonly #store: Store
  readonly #prefix: string
  readonly #marked: Set<string>
  readonly #marks = new Set<string>()

  constructor(crypto: Crypto, store: Store, scope: Scope, marked: Set<string>) {
    this.#crypto = crypto
    this.#store = store
    this.#prefix = scopePrefix(scope)
    this.#marked = marked
  }

  /** Sets or removes the leaf of a record and marks its bucket. */
  set(rec: string, leaf: Hash | undefined): void {
    const bucket = `${this.#prefix}/${bucketOf(this.#crypto, rec)}`
    const key = `${bucket}/${rec}`
    const { leaves, dirty } = this.#store
    this.operations.push(leaf === undefined ? del(leaves, key) : put(leaves, key, leaf))
    if (this.#marked.has(bucket) || this.#marks.has(bucket)) return
    this.#marks.add(bucket)
    this.operations.push(put(dirty, bucket, MARK))
  }

  /** To be called once the batch has been written. */
  apply(): void {
    for (const bucket of this.#marks) this.#marked.add(bucket)
  }
}

function bucketOf(crypto: Crypto, rec: string): string {
  const digest = hashOfText(crypto, DOMAIN.tree, rec)
  return fixedHex(((digest[1] ?? 0) << 4) | ((digest[2] ?? 0) >> 4), 3)
}

/** The operation that marks the bucket of a stored leaf, by the leaf's key. */
export function bucketMark(store: Store, prefix: string, leafKey: string): Operation {
  return put(store.dirty, leafKey.slice(0, prefix.length + 4), MARK)
}

function rootPrefix(aud: Audience): string {
  return `root/${audienceText(aud)}`
}

function topKey({ ns, aud }: Scope): string {
  return `${rootPrefix(aud)}/${fixedHex(ns, 8)}`
}

function groupByScope(keys: readonly string[]): Map<string, string[]> {
  const scopes = new Map<string, string[]>()
  for (const key of keys) {
    const prefix = scopePrefix(scopeOfKey(key))
    const buckets = scopes.get(prefix) ?? []
    buckets.push(key.slice(prefix.length + 1))
    scopes.set(prefix, buckets)
  }
  return scopes
}

/** The hashes that the leaves of one group give: of its buckets, then its own. */
async function expectedNodes(
  crypto: Crypto,
  store: Store,
  prefix: string,
  group: number,
): Promise<readonly (readonly [node: string, hash: Hash])[]> {
  const nodes = new Map<string, Hash>()
  const leaves = new Map<string, Uint8Array[]>()
  const from = `${prefix}/${fixedHex(group << 6, 3)}`
  const to = `${prefix}/${fixedHex((group << 6) | 63, 3)}0`
  for (const [key, leaf] of await store.leaves.iterator({ gte: from, lt: to }).all()) {
    const bucket = key.slice(prefix.length + 1, prefix.length + 4)
    leaves.set(bucket, [...(leaves.get(bucket) ?? []), leaf])
  }
  const buckets = range64((i) => fixedHex((group << 6) | i, 3))
  for (const bucket of buckets) {
    const own = leaves.get(bucket)
    nodes.set(`b${bucket}`, own === undefined ? NOTHING : hash(crypto, DOMAIN.tree, ...own))
  }
  const children = buckets.map((bucket) => `b${bucket}`)
  const above = `g${fixedHex(group, 2)}`
  nodes.set(above, await nodeOver(crypto, store, prefix, children, nodes))
  return [...nodes]
}

async function refreshScope(
  crypto: Crypto,
  store: Store,
  prefix: string,
  buckets: readonly string[],
): Promise<void> {
  const fresh = new Map<string, Hash>()
  for (const bucket of buckets) {
    const leaves = await store.leaves.values(under(`${prefix}/${bucket}`)).all()
    const isEmpty = leaves.length === 0
    fresh.set(`b${bucket}`, isEmpty ? NOTHING : hash(crypto, DOMAIN.tree, ...leaves))
  }
  const groups = new Set(buckets.map((bucket) => Number.parseInt(bucket, 16) >> 6))
  for (const group of groups) {
    const children = range64((i) => `b${fixedHex((group << 6) | i, 3)}`)
    fresh.set(`g${fixedHex(group, 2)}`, await nodeOver(crypto, store, prefix, children, fresh))
  }
  const all = range64((i) => `g${fixedHex(i, 2)}`)
  const top = await nodeOver(crypto, store, prefix, all, fresh)
  await commitBatch(store, [
    ...[...fresh].map(([node, value]) => treeOperation(store, `${prefix}/${node}`, value)),
    treeOperation(store, topKey(scopeOfKey(prefix)), top),
    ...buckets.map((bucket) => del(store.dirty, `${prefix}/${bucket}`)),
  ])
}

function treeOperation(store: Store, key: string, value: Hash): Operation {
  return value === NOTHING ? del(store.tree, key) : put(store.tree, key, value)
}

async function nodeOver(
  crypto: Crypto,
  store: Store,
  prefix: string,
  children: readonly string[],
  fresh: ReadonlyMap<string, Hash>,
): Promise<Hash> {
  const stored = await store.tree.getMany(children.map((child) => `${prefix}/${child}`))
  const hashes = children.map((child, i) => fresh.get(child) ?? stored[i] ?? NOTHING)
  if (hashes.every((value) => value === NOTHING)) return NOTHING
  return hash(crypto, DOMAIN.tree, concat(...hashes))
}

function range64<T>(make: (index: number) => T): readonly T[] {
  return Array.from({ length: 64 }, (_, index) => make(index))
}
