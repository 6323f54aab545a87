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
import { openDatabase, salvageDatabase, salvageIfRotten } from './open-database.ts'
import { Openings } from './openings.ts'
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
  /** Whether superseded values are kept; they are. */
  readonly keepsAll?: boolean
  readonly openDatabase?: () => Promise<Database>
}

/** A process that ended so often without closing the store may have met rot in it: it is looked for. */
const UNCLOSED_MAX = 2
/** After this time it was not the opening that ends processes. */
const CALM_AFTER_MS = 600_000

/** Opens the store of a folder; MULU_STORE_LOCKED when another process has it. */
export async function openNodeStore(
  folder: DataFolder,
  clock: Clock,
  options: StoreOptions = {},
): Promise<NodeStore> {
  await mkdir(folder.store, { recursive: true, mode: 0o700 })
  const logger = options.logger ?? pino({ level: 'silent' })
  const openings = new Openings(folder.opened)
  const isSuspect = (await openings.unclosed()) >= UNCLOSED_MAX
  const isSalvaged = isSuspect && (await salvageIfRotten(folder.store))
  if (isSalvaged) logger.error('files of the store had rotted; what can be kept is kept')
  const registry = await openDurableRegistry({
    openDatabase: options.openDatabase ?? (() => openDatabase(folder.store)),
    salvage: () => salvageDatabase(folder.store),
    logger,
    crypto: createCrypto(),
    now: clock.now,
    randomBytes: createRandomBytes(),
    profiles: Object.values(PROFILES),
    keepsAll: options.keepsAll ?? true,
  })
  registry.isSalvaged ||= isSalvaged
  await openings.begin()
  const calmed = clock.after(CALM_AFTER_MS, () => void openings.end().catch(() => undefined))
  return {
    registry,
    baselines: (ns, source) => createBaselines(() => registry.database(), ns, source),
    emptySearches: createEmptySearches(() => registry.database(), clock.now, new Queue()),
    [Symbol.asyncDispose]: async () => {
      calmed()
      await registry.close()
      await openings.end()
    },
  }
}
