/**
 * A backup of a node, also while it works: a bundle of all its logs up to one moment, or of what is
 * new in them since the part before, with config.json and what imports and bundles left behind.
 * Keys are never in it: two installations with one writer key would fork its logs.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  type BundleContents,
  bundleContents,
  type Database,
  hashToText,
  MuluError,
  type Part,
  pagesOf,
  type Registry,
  type Row,
} from '@mulu/registry-core'
import { writeBlocks } from '../bundle/block-file.ts'
import { createCrypto } from '../crypto.ts'
import { readNodeConfig } from '../folder/node-config.ts'
import type { NodeContext } from '../node-context.ts'
import { keysSince, markRows, type Snapshot, workRowsOf } from '../store/work-rows.ts'
import { type PartBefore, readPartBefore, whyNotFrom } from './part-before.ts'
import { type PartState, statePart, type WholeBecause } from './part-state.ts'
import { subscriptionPart } from './subscription-part.ts'

/** What to back up. */
export type BackupOrder = {
  readonly passphrase?: string
  /** The beginning of the part before: what that has is left out, where it can be gone on from. */
  readonly since?: AsyncIterable<Uint8Array>
}

/** A backup that is about to be made. */
export type BackedUp = { readonly commits: number; readonly chunks: AsyncIterable<Uint8Array> }

const ROWS_BYTES = 262_144
const ROWS_COUNT = 1_024
const LINE_BYTES = 16

/**
 * Decides what stands in the backup, at this moment. MULU_NOT_ADMITTED for a node without a writer,
 * MULU_BACKUP_ROTTEN while commits are damaged, and what opening the part before refuses.
 */
export async function backUp(context: NodeContext, order: BackupOrder = {}): Promise<BackedUp> {
  const { store, clock, signer, folder } = context
  const { registry } = store
  if (registry.author === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  refuseRotten(registry)
  const before = order.since && (await readPartBefore(registry, order.since, order.passphrase))
  const config = JSON.stringify(await readNodeConfig(folder))
  const { subscription } = registry.holding
  const db = await registry.database()
  const erased = await carriedOut(registry)
  const rows = await registry.onDatabase((open) => markRows(open, drawLine))
  // What imports left behind is frozen before the logs are: older, it only makes an import compare
  // with the record again; newer, it would hide from it that commits are missing.
  const snapshot = db.snapshot()
  try {
    const { heads, digest, putBack } = await registry.standing()
    const state: PartState = {
      version: 1,
      ...{ rows, putBack, erased },
      digest: digest === undefined ? null : hashToText(digest),
      config: createHash('sha256').update(config).digest('hex'),
    }
    const changed =
      before === undefined || before === 'unreadable'
        ? undefined
        : await keysSince(db, snapshot, before.state.rows, rows)
    const why = await whyWhole(registry, before, state, changed !== undefined)
    const since = why === undefined && before !== 'unreadable' ? before?.carried : undefined
    const part = { ...state, ...(why === undefined ? {} : { whole: why }) }
    const keys = why === undefined ? changed : undefined
    const contents = await bundleContents(
      { registry, crypto: createCrypto(), nowMs: clock.now(), heads, signer },
      { for: 'self' },
      since,
      async function* ownRows(): AsyncGenerator<Part> {
        yield { t: 'rows', name: 'config', rows: [['config.json', config]] }
        yield subscriptionPart(subscription)
        yield* workRows(db, snapshot, keys)
      },
    )
    return { commits: contents.commits, chunks: chunksOf(context, contents, part, order, snapshot) }
  } catch (error) {
    await snapshot.close()
    throw error
  }
}

function drawLine(): string {
  return randomBytes(LINE_BYTES).toString('hex')
}

function refuseRotten(registry: Registry): void {
  const [first, ...others] = registry.damage().commits
  if (first === undefined) return
  const { log, seq } = first
  const details = { log: `${log.ns}/${log.aud}/${log.writer}`, seq, more: others.length }
  throw new MuluError('MULU_BACKUP_ROTTEN', { details })
}

/** Ids of the orders of erasure that count and whose bytes are no longer in the commits here. */
async function carriedOut(registry: Registry): Promise<readonly string[]> {
  const done = (await registry.erasing.list()).filter(
    ({ isInForce, isSettled, isDestroyed, recs }) =>
      // What names nothing that was ever here asks for nothing, whoever signs it.
      (isInForce || isSettled) && isDestroyed && recs.length > 0,
  )
  return done.map(({ id }) => hashToText(id)).sort()
}

async function whyWhole(
  registry: Registry,
  before: PartBefore | 'unreadable' | undefined,
  state: PartState,
  isRowsKnown: boolean,
): Promise<WholeBecause | undefined> {
  if (before === undefined) return 'first'
  if (before === 'unreadable') return 'unreadable'
  return isRowsKnown ? whyNotFrom(registry, before, state) : 'store'
}

async function* chunksOf(
  { logger }: NodeContext,
  contents: BundleContents,
  state: PartState,
  { passphrase }: BackupOrder,
  snapshot: Snapshot,
): AsyncGenerator<Uint8Array> {
  const seal =
    passphrase === undefined
      ? ({ kind: 'plain' } as const)
      : ({ kind: 'passphrase', passphrase } as const)
  try {
    yield* writeBlocks(withState(contents, state), contents.introduction + 1, seal)
  } catch (error) {
    logger.warn({ err: error }, 'a backup was broken off')
    throw error
  } finally {
    await snapshot.close()
  }
}

/** The parts, with the state right after who made them and what that one has. */
async function* withState(contents: BundleContents, state: PartState): AsyncGenerator<Part> {
  let index = 0
  for await (const part of contents.parts()) {
    if (index++ === contents.introduction) yield statePart(state)
    yield part
  }
}

/** All rows as they were, or those of the keys. Searches without results stay on the node. */
async function* workRows(
  db: Database,
  snapshot: Snapshot,
  keys: ReadonlySet<string> | undefined,
): AsyncGenerator<Part> {
  const rows = keys === undefined ? allRows(db, snapshot) : rowsAt(db, snapshot, keys)
  const sizeOf = ([key, value]: Row): number => key.length + value.length
  const limits = { bytes: ROWS_BYTES, count: ROWS_COUNT }
  // Leaving the loop, whichever way, closes the iterator.
  for await (const page of pagesOf<Row>(rows, sizeOf, limits)) {
    yield { t: 'rows', name: 'work', rows: page }
  }
}

async function* allRows(db: Database, snapshot: Snapshot): AsyncGenerator<Row> {
  for (const range of [{ lt: 'empty/' }, { gte: 'empty0' }]) {
    yield* workRowsOf(db).iterator({ snapshot, ...range })
  }
}

async function* rowsAt(
  db: Database,
  snapshot: Snapshot,
  keys: ReadonlySet<string>,
): AsyncGenerator<Row> {
  for (const key of keys) {
    const value = await workRowsOf(db).get(key, { snapshot })
    if (value !== undefined) yield [key, value]
  }
}
