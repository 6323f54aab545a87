/**
 * The store: sublevels over one abstract-level database, format 6.
 *
 * sublevel  key -> value
 * meta      `format`, `federation`, `replay/<scope>`, `ahead/<commit>`, `purge`, `pruned/<log>`,
 *           `archived/<log>`, `floors`, `keeps`, `putBack`, `subscription`, `bare/<ns>` -> bytes
 * rosters   version (8 hex) -> roster in wire form
 * agencyOrders  orders of agencies beside the roster chain (roster/order-store.ts)
 * profiles  hash (hex) -> canonical JSON of a profile
 * commits   `<log>/<seq>/<id>` -> commit in wire form (header, signature, bodies)
 * outcomes  `<log>/<seq>/<id>` -> CBOR, what became of the commit here
 * logs      `<log>` -> CBOR, how far the log is known and accepted (log/log-state.ts)
 * records   `<scope>/<kind>/<local>` -> rows and Yjs state (record/document.ts)
 * search    the index (search/index-keys.ts)
 * leaves    `<scope>/<bucket>/<kind>/<local>` -> leaf of the digest tree
 * tree      `<scope>/<node>` and `root/<audience>/<ns>` -> hash (catalogue/digest-tree.ts)
 * dirty     `<scope>/<bucket>` -> nothing; buckets whose hash is out of date
 * statements `<log>/<seq>/<id>` -> nothing; snapshots and receipts among the commits
 * orders    `<log>/<seq>/<id>` -> nothing; orders of erasure and confirmations among the commits
 * missing   `<log>/<seq>/<id>` -> CBOR [entry …], the bodies of the commit that are not here
 * lacking   `<scope>/<kind>/<local>` -> CBOR, bodies that are absent and wanted (pruning/lacking.ts)
 * superseded `<log>/<seq>` -> nothing; commits of which something was superseded
 * evidence  `<log>/<seq>` -> two headers with signatures that prove a fork
 * kept      digest trees of snapshots (snapshot/kept-trees.ts)
 * damage    `commit/<log>/<seq>` -> CBOR, a commit that is to be fetched again; `scope/<scope>` ->
 *           nothing, derived data that is to be built anew (scrub/damage.ts)
 *
 * scope is `<ns 8 hex>/<audience>`, log is `<scope>/<writer 8 hex>`, seq 12 hex, id 64 hex (all of
 * the commit's hash): numbers of fixed width, so that ranges are in order.
 */
import type { AbstractBatchOperation, AbstractSublevel } from 'abstract-level'
import { audienceText, parseAudience } from '../commit/audience.ts'
import type { Hash } from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import type { LogKey } from '../log/log.ts'
import type { Database } from '../registry.ts'

/** A part of a database with keys of its own. */
export type Sublevel<V> = AbstractSublevel<Database, string | Uint8Array, string, V>

/** The sublevels of an open store. */
export type Store = {
  readonly db: Database
  readonly meta: Sublevel<Uint8Array>
  readonly rosters: Sublevel<Uint8Array>
  readonly agencyOrders: Sublevel<Uint8Array>
  readonly profiles: Sublevel<Uint8Array>
  readonly commits: Sublevel<Uint8Array>
  readonly outcomes: Sublevel<Uint8Array>
  readonly logs: Sublevel<Uint8Array>
  readonly records: Sublevel<Uint8Array>
  readonly search: Sublevel<Uint8Array>
  readonly leaves: Sublevel<Uint8Array>
  readonly tree: Sublevel<Uint8Array>
  readonly dirty: Sublevel<Uint8Array>
  readonly statements: Sublevel<Uint8Array>
  readonly orders: Sublevel<Uint8Array>
  readonly missing: Sublevel<Uint8Array>
  readonly lacking: Sublevel<Uint8Array>
  readonly superseded: Sublevel<Uint8Array>
  readonly evidence: Sublevel<Uint8Array>
  readonly kept: Sublevel<Uint8Array>
  readonly damage: Sublevel<Uint8Array>
}

/** One write of a batch. */
export type Operation = AbstractBatchOperation<Database, string, string | Uint8Array>

/** The format of a store as this software writes it; migrate.ts brings older ones to it. */
export const FORMAT = 6

/** Opens the sublevels, whatever the format. */
export async function openStore(db: Database): Promise<Store> {
  await db.open()
  const bytes = (name: string): Sublevel<Uint8Array> =>
    db.sublevel<string, Uint8Array>(name, { valueEncoding: 'view' })
  const store: Store = {
    db,
    meta: bytes('meta'),
    rosters: bytes('rosters'),
    agencyOrders: bytes('agencyOrders'),
    profiles: bytes('profiles'),
    commits: bytes('commits'),
    outcomes: bytes('outcomes'),
    logs: bytes('logs'),
    records: bytes('records'),
    search: bytes('search'),
    leaves: bytes('leaves'),
    tree: bytes('tree'),
    dirty: bytes('dirty'),
    statements: bytes('statements'),
    orders: bytes('orders'),
    missing: bytes('missing'),
    lacking: bytes('lacking'),
    superseded: bytes('superseded'),
    evidence: bytes('evidence'),
    kept: bytes('kept'),
    damage: bytes('damage'),
  }
  return store
}

/** Puts a value into a sublevel as part of a batch. */
export function put<V extends string | Uint8Array>(
  sublevel: Sublevel<V>,
  key: string,
  value: V,
): Operation {
  return { type: 'put', sublevel, key, value } as Operation
}

/** Deletes a key of a sublevel as part of a batch. */
export function del<V extends string | Uint8Array>(sublevel: Sublevel<V>, key: string): Operation {
  return { type: 'del', sublevel, key } as Operation
}

/** Writes a batch as one; MULU_DISK when the store refuses, and then nothing was written. */
export async function commitBatch(store: Store, operations: readonly Operation[]): Promise<void> {
  try {
    await store.db.batch<string, string | Uint8Array>([...operations], { sync: true } as object)
  } catch (cause) {
    throw new MuluError('MULU_DISK', { cause, details: { reason: String(cause) } })
  }
}

/** A number as fixed-width hexadecimal digits, so that text order is number order. */
export function fixedHex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

/** Everything of one namespace for one audience. */
export type Scope = Pick<LogKey, 'ns' | 'aud'>

/** The start of the keys of a scope. */
export function scopePrefix(scope: Scope): string {
  return `${fixedHex(scope.ns, 8)}/${audienceText(scope.aud)}`
}

/** The scope that a key begins with. */
export function scopeOfKey(key: string): Scope {
  const [ns = '', aud = '1'] = key.split('/')
  return { ns: Number.parseInt(ns, 16), aud: parseAudience(aud) }
}

/** The start of the keys of a log. */
export function logPrefix(log: LogKey): string {
  return `${scopePrefix(log)}/${fixedHex(log.writer, 8)}`
}

/** The log whose `logPrefix` a key is. */
export function logOfKey(key: string): LogKey {
  const [, , writer = ''] = key.split('/')
  return { ...scopeOfKey(key), writer: Number.parseInt(writer, 16) }
}

/** The start of the keys of one position of a log. */
export function positionPrefix(log: LogKey, seq: number): string {
  return `${logPrefix(log)}/${fixedHex(seq, 12)}`
}

/** The key of a commit. */
export function commitKey(log: LogKey, seq: number, id: Hash): string {
  return `${positionPrefix(log, seq)}/${toHex(id.subarray(1))}`
}

/** The key of a record or (with its bucket between) of its leaf. */
export function recordKey(scope: Scope, rec: string): string {
  return `${scopePrefix(scope)}/${rec}`
}

/** The range of all keys that begin with `prefix/`. */
export function under(prefix: string): { readonly gt: string; readonly lt: string } {
  return { gt: `${prefix}/`, lt: `${prefix}0` }
}
