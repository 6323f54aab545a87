/** The store of one node: database, registry and what the shell keeps beside them. */
import { mkdir } from 'node:fs/promises'
import { type Database, Queue } from '@mulu/registry-core'
import { pino } from 'pino'
import type { Clock } from '../clock.ts'
import { createCrypto, createRandomBytes } from '../crypto.ts'
import type { DataFolder } from '../folder/data-folder.ts'
import type { NodeLogger } from '../logger.ts'
import { type Baselines, createBaselines } from './baselines.ts'
import { type DurableRegistry, openDurableRegistry } from './durable-registry.ts'
import { createEmptySearches, type EmptySearches } from './empty-searches.ts'
import { openDatabase } from './open-database.ts'
import { PROFILES } from './profiles.ts'

/** An open store. */
export type NodeStore = AsyncDisposable & {
  readonly registry: DurableRegistry
  /** What imports of a source into a namespace left behind. */
  readonly baselines: (ns: number, source: string) => Baselines
  readonly emptySearches: EmptySearches
}

/** What may be replaced: the log, and for tests the database. */
export type StoreOptions = {
  readonly logger?: NodeLogger
  readonly openDatabase?: () => Promise<Database>
}

/** Opens the store of a folder; MULU_STORE_LOCKED when another process has it. */
export async function openNodeStore(
  folder: DataFolder,
  clock: Clock,
  options: StoreOptions = {},
): Promise<NodeStore> {
  await mkdir(folder.store, { recursive: true, mode: 0o700 })
  const registry = await openDurableRegistry({
    openDatabase: options.openDatabase ?? (() => openDatabase(folder.store)),
    logger: options.logger ?? pino({ level: 'silent' }),
    crypto: createCrypto(),
    now: clock.now,
    randomBytes: createRandomBytes(),
    profiles: Object.values(PROFILES),
  })
  return {
    registry,
    baselines: (ns, source) => createBaselines(() => registry.database(), ns, source),
    emptySearches: createEmptySearches(() => registry.database(), clock.now, new Queue()),
    [Symbol.asyncDispose]: () => registry.close(),
  }
}
