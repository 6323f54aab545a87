/**
 * Whether a replica still holds what it once said it had, so that what it has since can be carried
 * after that. It does not where it was put back to an earlier state, or has followed another roster
 * of a version since.
 */
import { equalBytes } from '../encoding/bytes.ts'
import { type LogHead, logText } from '../log/log.ts'
import type { Registry } from '../registry.ts'
import type { Carried } from './contents.ts'

/** Looks up the newest commit of each log that was said, and the version of the roster. */
export async function stillHolds(registry: Registry, { roster, heads }: Carried): Promise<boolean> {
  const version = registry.rosters[roster.version - 1]
  if (version === undefined || !equalBytes(version.hash, roster.hash)) return false
  const own = new Map(registry.heads().map((head) => [logText(head.log), head]))
  for (const said of heads) {
    if (!(await isHeld(registry, said, own.get(logText(said.log))))) return false
  }
  return true
}

async function isHeld(
  registry: Registry,
  { log, known, forkedAt = Number.POSITIVE_INFINITY }: LogHead,
  own: LogHead | undefined,
): Promise<boolean> {
  if (own === undefined || (own.forkedAt ?? Number.POSITIVE_INFINITY) > forkedAt) return false
  if (known.seq === 0) return true
  const found = await registry.commitsAt(log, known.seq)
  return found.some(({ id }) => equalBytes(id, known.id))
}
