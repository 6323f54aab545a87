/**
 * Batches that are encoded here. The general way copies each operation twice on its way through
 * hooks and events that nobody uses here, which took half the time of a batch (docs/performance.md).
 */
import type { Database } from '@mulu/registry-core'

/** An operation as abstract-level takes it; what is left out follows from the level it is for. */
type Operation = {
  readonly type: 'put' | 'del'
  readonly key: unknown
  readonly value?: unknown
  readonly sublevel?: unknown
  readonly keyEncoding?: unknown
  readonly valueEncoding?: unknown
}

/** What an implementation of abstract-level takes below checks, encodings and events. */
type Encoded = {
  readonly type: 'put' | 'del'
  readonly key: unknown
  readonly value: unknown
  readonly keyEncoding: string
  readonly valueEncoding: string
}

type Encoding = { readonly format: string; readonly encode: (data: unknown) => unknown }

/** A database or a sublevel with what its types say of text alone. */
type Level = {
  readonly keyEncoding: (name: unknown) => Encoding
  readonly valueEncoding: (name: unknown) => Encoding
  /** With the prefixes of all levels above. */
  readonly prefixKey: (key: unknown, format: string, local: false) => unknown
}

type Below = { readonly _batch: (operations: readonly Encoded[], options: object) => Promise<void> }

/** Lets the batches of a database go straight to what is below checks and encodings. */
export function writeEncoded(db: Database): Database {
  const below = db as unknown as Below
  const general = db.batch.bind(db) as (...args: unknown[]) => unknown
  const batch = (operations?: readonly Operation[], options: object = {}): unknown => {
    const isPlain = operations !== undefined && operations.length > 0 && db.status === 'open'
    if (!isPlain) return operations === undefined ? general() : general(operations, options)
    return below._batch(
      operations.map((operation) => encode(db, operation)),
      options,
    )
  }
  return Object.assign(db, { batch })
}

function encode(root: Database, operation: Operation): Encoded {
  const level = (operation.sublevel ?? root) as Level
  const keys = level.keyEncoding(operation.keyEncoding)
  const key = level.prefixKey(keys.encode(operation.key), keys.format, false)
  if (operation.type === 'del') {
    return { type: 'del', key, value: undefined, keyEncoding: keys.format, valueEncoding: 'utf8' }
  }
  const values = level.valueEncoding(operation.valueEncoding)
  const value = values.encode(operation.value)
  return { type: 'put', key, value, keyEncoding: keys.format, valueEncoding: values.format }
}
