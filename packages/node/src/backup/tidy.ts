/** What may go from a folder of backups: leftovers, chains that are to be destroyed, old ones. */
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Chain } from './chain.ts'
import { ordinalOfName, parseManifest, partOfName } from './manifest.ts'

/** How the names of files begin that are being written. */
export const DRAFT = '.draft-'
const REMOVED = '.removed-'
const PART_FILE = /^part-\d{4}-[0-9a-f]{8}\.backup$/
/** Nobody writes at a file any more that was not written for so long. */
const STALE_MS = 3_600_000

/** Takes away what backups left that were broken off at least an hour ago. */
export async function sweep(dir: string, nowMs: number): Promise<void> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name)
    if (name.startsWith(REMOVED)) await rm(path, { recursive: true, force: true })
    else if (name.startsWith(DRAFT)) await removeStale(path, nowMs)
    else if (ordinalOfName(name) !== undefined) await sweepChain(path, nowMs)
  }
}

/** Drafts, and files of parts that no manifest names. */
async function sweepChain(dir: string, nowMs: number): Promise<void> {
  const names = await readdir(dir)
  const named = await filesNamed(dir, names)
  for (const name of names) {
    const isUnnamed = PART_FILE.test(name) && named !== undefined && !named.has(name)
    if (name.startsWith(DRAFT) || isUnnamed) await removeStale(join(dir, name), nowMs)
  }
}

/** The files that manifests name; undefined where one of them cannot be read. */
async function filesNamed(
  dir: string,
  names: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const files = new Set<string>()
  for (const name of names.filter((each) => partOfName(each) !== undefined)) {
    try {
      files.add(parseManifest(await readFile(join(dir, name), 'utf8'), name).file)
    } catch {
      // It may have named any of the files: none of them is to go.
      return undefined
    }
  }
  return files
}

async function removeStale(path: string, nowMs: number): Promise<void> {
  const { mtimeMs } = await stat(path)
  if (nowMs - mtimeMs > STALE_MS) await rm(path, { force: true })
}

/**
 * The chains that hold what lawful orders have erased since: those that were begun before an order
 * was carried out which the newest part knows of.
 */
export function chainsToDestroy(chains: readonly Chain[]): readonly Chain[] {
  const erased = chains.findLast((chain) => chain.erased !== undefined)?.erased ?? []
  return chains.filter((chain) => {
    const known = new Set(chain.parts[0]?.erased ?? chain.erased)
    return erased.some((id) => !known.has(id))
  })
}

/**
 * The chains that go where so many of the newest whole ones are kept: those before them, and what is
 * to be destroyed. A damaged one does not count, so that none takes the place of a whole one.
 */
export function chainsToRemove(chains: readonly Chain[], keep: number): readonly Chain[] {
  const condemned = new Set(chainsToDestroy(chains))
  const whole = chains.filter((chain) => chain.fault === undefined && !condemned.has(chain))
  const oldest = whole.at(-keep) ?? whole[0]
  const before = oldest === undefined ? 0 : chains.indexOf(oldest)
  return chains.filter((chain, index) => index < before || condemned.has(chain))
}

/** Removes a chain: at once for whoever reads the folder, then its files. */
export async function removeChain({ dir }: Chain): Promise<void> {
  const aside = join(dirname(dir), `${REMOVED}${basename(dir)}`)
  await rename(dir, aside)
  await rm(aside, { recursive: true, force: true })
}
