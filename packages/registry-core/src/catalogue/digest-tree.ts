/**
 * The catalogue digest: a Merkle tree namespace -> group -> bucket -> record (tree-nodes.ts). A
 * write only marks its bucket as dirty in its own batch; the tree is brought up to date when
 * somebody asks, so a bulk import hashes each bucket once and an unchanged catalogue costs one
 * read. Buckets known to be marked are not marked again.
 *
 * Of each namespace and audience the hashes are stored of buckets, `b` and 3 hex, of groups, `g`
 * and 2 hex, and of the scope, under `root/<audience>/<ns>`; none where nothing is.
 */
import { type Audience, audienceText } from '../commit/audience.ts'
import { type Crypto, DOMAIN, type Hash, hashWritten } from '../crypto.ts'
import { ByteWriter } from '../encoding/byte-writer.ts'
import { concat, equalBytes } from '../encoding/bytes.ts'
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
import {
  type BucketRow,
  bucketOf,
  CHILDREN,
  encodeTop,
  NOTHING,
  nodeHash,
  readTop,
  type TopRow,
  writeBucket,
} from './tree-nodes.ts'

/** Whether a node has been seen with all that is below it. */
type IsKnown = (node: Hash) => Promise<boolean>

const BUCKET_DIGITS = 3
const BUCKETS = 16 ** BUCKET_DIGITS
/** Up to so many buckets are looked up one by one; for more all leaves of the scope are read. */
const BUCKETS_APART_MAX = 256
const PAGE_LEAVES = 1_024
const MARK = new Uint8Array()

/** The digest tree of one store. */
export class DigestTree {
  readonly #crypto: Crypto
  readonly #store: Store
  /** By scope, a 1 for each bucket that is marked in the store; some that are may be missing here. */
  readonly #marked = new Map<string, Uint8Array>()

  constructor(crypto: Crypto, store: Store) {
    this.#crypto = crypto
    this.#store = store
  }

  /** Gathers the leaves of one batch. */
  stage(scope: Scope): LeafStage {
    const prefix = scopePrefix(scope)
    const marked = this.#marked.get(prefix) ?? new Uint8Array(BUCKETS)
    this.#marked.set(prefix, marked)
    return new LeafStage(this.#crypto, this.#store, prefix, marked)
  }

  /** The digest over all namespaces of an audience, brought up to date first. */
  async root(aud: Audience): Promise<Hash> {
    return nodeHash(this.#crypto, await this.#top(aud))
  }

  /** The digest over those namespaces of an audience that are meant, as if there were no others. */
  async rootOver(aud: Audience, isMeant: (ns: number) => boolean): Promise<Hash> {
    const rows = readTop(await this.#top(aud)).filter(([ns]) => isMeant(ns))
    return nodeHash(this.#crypto, encodeTop(rows))
  }

  /** The leaf of a record. */
  leaf(scope: Scope, rec: string): Promise<Hash | undefined> {
    return this.#store.leaves.get(leafKey(this.#crypto, scopePrefix(scope), rec))
  }

  /**
   * The bytes of every node of an audience, each after all that is below it; what `isKnown` names
   * is left out with everything below. Brought up to date first.
   */
  async *nodes(aud: Audience, isKnown: IsKnown): AsyncGenerator<Uint8Array> {
    const top = await this.#top(aud)
    for (const [ns, scope] of readTop(top)) {
      if (await isKnown(scope)) continue
      const prefix = scopePrefix({ ns, aud })
      const groups = await this.#children(prefix, 'g', 0)
      for (const [group, child] of groups.entries()) {
        if (child !== NOTHING && !(await isKnown(child))) yield* this.#group(prefix, group, isKnown)
      }
      yield concat(...groups)
    }
    yield top
  }

  async *#group(prefix: string, group: number, isKnown: IsKnown): AsyncGenerator<Uint8Array> {
    const buckets = await this.#children(prefix, 'b', group * CHILDREN)
    for (const [i, child] of buckets.entries()) {
      if (child === NOTHING || (await isKnown(child))) continue
      const bucket = fixedHex(group * CHILDREN + i, 3)
      const writer = new ByteWriter()
      writeBucket(writer, await bucketRows(this.#store, `${prefix}/${bucket}`))
      yield writer.copy()
    }
    yield concat(...buckets)
  }

  async #children(prefix: string, kind: 'g' | 'b', from: number): Promise<readonly Hash[]> {
    const digits = kind === 'g' ? 2 : 3
    const keys = range64((i) => `${prefix}/${kind}${fixedHex(from + i, digits)}`)
    return (await this.#store.tree.getMany([...keys])).map((stored) => stored ?? NOTHING)
  }

  async #top(aud: Audience): Promise<Uint8Array> {
    await this.#refresh()
    const rows: TopRow[] = []
    for await (const [key, value] of this.#store.tree.iterator(under(rootPrefix(aud)))) {
      rows.push([Number.parseInt(key.slice(-8), 16), value])
    }
    return encodeTop(rows)
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
    for (const marked of this.#marked.values()) marked.fill(0)
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
  readonly #marked: Uint8Array
  readonly #marks = new Set<number>()

  constructor(crypto: Crypto, store: Store, prefix: string, marked: Uint8Array) {
    this.#crypto = crypto
    this.#store = store
    this.#prefix = prefix
    this.#marked = marked
  }

  /** Sets or removes the leaf of a record and marks its bucket. */
  set(rec: string, leaf: Hash | undefined): void {
    const bucket = bucketOf(this.#crypto, rec)
    const prefix = bucketPrefix(this.#prefix, bucket)
    const { leaves, dirty } = this.#store
    const key = `${prefix}/${rec}`
    this.operations.push(leaf === undefined ? del(leaves, key) : put(leaves, key, leaf))
    if (this.#marked[bucket] === 1 || this.#marks.has(bucket)) return
    this.#marks.add(bucket)
    this.operations.push(put(dirty, prefix, MARK))
  }

  /** To be called once the batch has been written. */
  apply(): void {
    for (const bucket of this.#marks) this.#marked[bucket] = 1
  }
}

function leafKey(crypto: Crypto, prefix: string, rec: string): string {
  return `${bucketPrefix(prefix, bucketOf(crypto, rec))}/${rec}`
}

function bucketPrefix(prefix: string, bucket: number): string {
  return `${prefix}/${fixedHex(bucket, BUCKET_DIGITS)}`
}

/** The operation that marks the bucket of a stored leaf, by the leaf's key. */
export function bucketMark(store: Store, prefix: string, leaf: string): Operation {
  return put(store.dirty, leaf.slice(0, prefix.length + BUCKET_DIGITS + 1), MARK)
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
  const leaves = new Map<string, BucketRow[]>()
  const from = `${prefix}/${fixedHex(group << 6, 3)}`
  const to = `${prefix}/${fixedHex((group << 6) | 63, 3)}0`
  for (const [key, leaf] of await store.leaves.iterator({ gte: from, lt: to }).all()) {
    const end = prefix.length + 1 + BUCKET_DIGITS
    const bucket = key.slice(prefix.length + 1, end)
    leaves.set(bucket, [...(leaves.get(bucket) ?? []), [key.slice(end + 1), leaf]])
  }
  const buckets = range64((i) => fixedHex((group << 6) | i, 3))
  for (const bucket of buckets) {
    const own = leaves.get(bucket)
    nodes.set(`b${bucket}`, own === undefined ? NOTHING : bucketHash(crypto, own))
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
  for (const bucket of buckets) fresh.set(`b${bucket}`, NOTHING)
  for await (const [bucket, rows] of filledBuckets(store, prefix, buckets)) {
    fresh.set(`b${bucket}`, bucketHash(crypto, rows))
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

/** Those of some buckets that are not empty, with their leaves. */
async function* filledBuckets(
  store: Store,
  prefix: string,
  buckets: readonly string[],
): AsyncGenerator<readonly [bucket: string, rows: readonly BucketRow[]]> {
  if (buckets.length > BUCKETS_APART_MAX) {
    const wanted = new Set(buckets)
    for await (const filled of allBuckets(store, prefix)) if (wanted.has(filled[0])) yield filled
    return
  }
  for (const bucket of buckets) {
    const rows = await bucketRows(store, `${prefix}/${bucket}`)
    if (rows.length > 0) yield [bucket, rows]
  }
}

async function* allBuckets(
  store: Store,
  prefix: string,
): AsyncGenerator<readonly [bucket: string, rows: readonly BucketRow[]]> {
  const start = prefix.length + 1
  const end = start + BUCKET_DIGITS
  let bucket = ''
  let rows: BucketRow[] = []
  for await (const page of pagesOfLeaves(store, prefix)) {
    for (const [key, leaf] of page) {
      const at = key.slice(start, end)
      if (at !== bucket && rows.length > 0) {
        yield [bucket, rows]
        rows = []
      }
      bucket = at
      rows.push([key.slice(end + 1), leaf])
    }
  }
  if (rows.length > 0) yield [bucket, rows]
}

/** One by one leaves take several times as long to read. */
async function* pagesOfLeaves(
  store: Store,
  prefix: string,
): AsyncGenerator<readonly [key: string, leaf: Hash][]> {
  const leaves = store.leaves.iterator(under(prefix))
  try {
    for (;;) {
      const page = await leaves.nextv(PAGE_LEAVES)
      if (page.length === 0) return
      yield page
    }
  } finally {
    await leaves.close()
  }
}

async function bucketRows(store: Store, bucket: string): Promise<readonly BucketRow[]> {
  const found = await store.leaves.iterator(under(bucket)).all()
  return found.map(([key, leaf]) => [key.slice(bucket.length + 1), leaf])
}

function bucketHash(crypto: Crypto, rows: readonly BucketRow[]): Hash {
  return hashWritten(crypto, DOMAIN.tree, (writer) => writeBucket(writer, rows))
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
  return nodeHash(crypto, concat(...hashes))
}

function range64<T>(make: (index: number) => T): readonly T[] {
  return Array.from({ length: CHILDREN }, (_, index) => make(index))
}
