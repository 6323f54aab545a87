/**
 * The catalogue digest: a Merkle tree namespace -> group -> bucket -> leaf. A write only marks
 * its bucket as dirty in its own batch; the tree is brought up to date when somebody asks, so a
 * bulk import hashes each bucket once and an unchanged catalogue costs one read.
 *
 * bucket   first 12 bits of hash("mulu/tree/1" || rec), 3 hex; group: its first 6 bits
 * bucket   hash("mulu/tree/1" || leaf …) with leaves in order of `kind/local`
 * group    hash("mulu/tree/1" || 64 bucket hashes); scope: hash over its 64 groups, kept under
 *          `root/<audience>/<ns>`;
 * root     hash("mulu/tree/1" || CBOR [[ns, scope hash] …]) over the namespaces of an audience;
 * where nothing is, 33 zero bytes stand
 */
import { type Audience, audienceText } from '../commit/audience.ts'
import { type Crypto, DOMAIN, HASH_BYTES, type Hash, hash } from '../crypto.ts'
import { concat, utf8 } from '../encoding/bytes.ts'
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

/** The bucket of a record. */
export function bucketOf(crypto: Crypto, rec: string): string {
  const digest = hash(crypto, DOMAIN.tree, utf8(rec))
  return fixedHex(((digest[1] ?? 0) << 4) | ((digest[2] ?? 0) >> 4), 3)
}

/** The operations that set or remove one record's leaf and mark its bucket. */
export function leafOperations(
  crypto: Crypto,
  store: Store,
  scope: Scope,
  rec: string,
  leaf: Hash | undefined,
): readonly Operation[] {
  const prefix = scopePrefix(scope)
  const bucket = bucketOf(crypto, rec)
  const key = `${prefix}/${bucket}/${rec}`
  return [
    leaf === undefined ? del(store.leaves, key) : put(store.leaves, key, leaf),
    put(store.dirty, `${prefix}/${bucket}`, MARK),
  ]
}

/** The operation that marks the bucket of a stored leaf, by the leaf's key. */
export function bucketMark(store: Store, prefix: string, leafKey: string): Operation {
  return put(store.dirty, leafKey.slice(0, prefix.length + 4), MARK)
}

/** The digest over all namespaces of an audience, brought up to date first. */
export async function treeRoot(crypto: Crypto, store: Store, aud: Audience): Promise<Hash> {
  await refreshTree(crypto, store)
  const rows: [number, Uint8Array][] = []
  for await (const [key, value] of store.tree.iterator(under(rootPrefix(aud)))) {
    rows.push([Number.parseInt(key.slice(-8), 16), value])
  }
  return hash(crypto, DOMAIN.tree, encodeCbor(rows))
}

function rootPrefix(aud: Audience): string {
  return `root/${audienceText(aud)}`
}

async function refreshTree(crypto: Crypto, store: Store): Promise<void> {
  const dirty = await store.dirty.keys().all()
  if (dirty.length === 0) return
  for (const [prefix, buckets] of groupByScope(dirty)) {
    await refreshScope(crypto, store, prefix, buckets)
  }
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
  const { ns, aud } = scopeOfKey(prefix)
  await commitBatch(store, [
    ...[...fresh].map(([node, value]) => treeOperation(store, `${prefix}/${node}`, value)),
    treeOperation(store, `${rootPrefix(aud)}/${fixedHex(ns, 8)}`, top),
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
