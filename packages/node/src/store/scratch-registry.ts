/** A registry in a folder of its own that is removed again, for checks that change nothing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Crypto, openRegistry, type Registry } from '@mulu/registry-core'
import { openDatabase } from './open-database.ts'
import { PROFILES } from './profiles.ts'

/** What a scratch registry may be given otherwise. */
export type ScratchOptions = {
  readonly crypto: Crypto
  readonly now: () => number
}

/** Runs `work` on an empty registry. */
export async function withScratchRegistry<T>(
  { crypto, now }: ScratchOptions,
  work: (scratch: Registry) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'mulu-scratch-'))
  try {
    const db = await openDatabase(join(dir, 'store'))
    const scratch = await openRegistry({
      ...{ db, crypto, now },
      randomBytes: (length) => new Uint8Array(length),
      profiles: Object.values(PROFILES),
    })
    try {
      return await work(scratch)
    } finally {
      await scratch.close()
      await db.close()
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Copies the rosters, the profiles they name that are not built in, and the orders of agencies. */
export async function copyRosters(registry: Registry, scratch: Registry): Promise<void> {
  for (const roster of registry.rosters) {
    await scratch.addRoster(roster.bytes)
    const missing = scratch.missingProfile()
    const bytes = missing === undefined ? undefined : await registry.profileBytes(missing)
    if (bytes !== undefined) await scratch.addProfile(bytes)
  }
  await scratch.takeOrders(registry.orders().map(({ order }) => order.bytes))
}
