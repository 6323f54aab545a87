/**
 * A backup of a node, also while it works: a bundle of all its logs up to one moment, with
 * config.json and what imports and bundles left behind. Keys are never in it: two installations
 * with one writer key would fork its logs.
 */
import {
  bundleContents,
  type Database,
  MuluError,
  type Part,
  pagesOf,
  type Row,
} from '@mulu/registry-core'
import { writeBlocks } from '../bundle/block-file.ts'
import { createCrypto } from '../crypto.ts'
import { readNodeConfig } from '../folder/node-config.ts'
import type { NodeContext } from '../node-context.ts'

/** A backup that is about to be made. */
export type BackedUp = { readonly commits: number; readonly chunks: AsyncIterable<Uint8Array> }

const ROWS_BYTES = 262_144
const ROWS_COUNT = 1_024

/** Decides what stands in the backup, at this moment; MULU_NOT_ADMITTED for a node without a writer. */
export async function backUp(context: NodeContext, passphrase?: string): Promise<BackedUp> {
  const { store, clock, signer, folder } = context
  const { registry } = store
  if (registry.author === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  const config = JSON.stringify(await readNodeConfig(folder))
  const db = await registry.database()
  // What imports left behind is frozen before the logs are: older, it only makes an import compare
  // with the record again; newer, it would hide from it that commits are missing.
  const snapshot = db.snapshot()
  const rows = async function* rows(): AsyncGenerator<Part> {
    yield { t: 'rows', name: 'config', rows: [['config.json', config]] }
    yield* workRows(db, snapshot)
  }
  const contents = await bundleContents(
    { registry, crypto: createCrypto(), nowMs: clock.now(), signer },
    { for: 'self' },
    undefined,
    rows,
  )
  const chunks = async function* chunks(): AsyncGenerator<Uint8Array> {
    const seal =
      passphrase === undefined
        ? ({ kind: 'plain' } as const)
        : ({ kind: 'passphrase', passphrase } as const)
    try {
      yield* writeBlocks(contents.parts(), contents.introduction, seal)
    } finally {
      await snapshot.close()
    }
  }
  return { commits: contents.commits, chunks: chunks() }
}

type Snapshot = ReturnType<Database['snapshot']>

async function* workRows(db: Database, snapshot: Snapshot): AsyncGenerator<Part> {
  const iterator = db.sublevel<string, string>('work', {}).iterator({ snapshot })
  const sizeOf = ([key, value]: Row): number => key.length + value.length
  const limits = { bytes: ROWS_BYTES, count: ROWS_COUNT }
  // Leaving the loop, whichever way, closes the iterator.
  for await (const rows of pagesOf<Row>(iterator, sizeOf, limits)) {
    yield { t: 'rows', name: 'work', rows }
  }
}
