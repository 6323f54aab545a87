/** The scrub as status, pages and commands show it. */
import { audienceText, type DamagedCommit, type Finding, type Registry } from '@mulu/registry-core'
import type { LastScrub } from './scrub-file.ts'
import type { Scrubber } from './scrubber.ts'

/** One piece of rot. */
export type FindingStatus = {
  readonly what: Finding['what']
  readonly namespace?: number
  readonly audience?: string
  readonly writer?: number
  readonly position?: number
  /** Ids of records; only those of the federation are named. */
  readonly records?: readonly string[]
  readonly at?: string
}

/** The whole of it. */
export type ScrubStatus = {
  /** Undefined while none is under way. */
  readonly running?: { readonly startedMs: number; readonly done: number; readonly total: number }
  readonly last?: LastScrub
  /** Commits that only a peer can give back, and how many. */
  readonly damaged: number
  readonly commits: readonly FindingStatus[]
  /** Namespaces that are built anew once those commits are whole. */
  readonly waiting: number
}

const SHOWN_MAX = 20

/** Reads the status. */
export function scrubStatus(registry: Registry, scrubber: Scrubber | undefined): ScrubStatus {
  const { commits, scopes } = registry.damage()
  const { run, last } = scrubber ?? {}
  return {
    ...(run === undefined ? {} : { running: { ...run } }),
    ...(last === undefined ? {} : { last }),
    damaged: commits.length,
    commits: commits.slice(0, SHOWN_MAX).map(describeDamaged),
    waiting: scopes.length,
  }
}

function describeDamaged({ what, log, seq, records }: DamagedCommit): FindingStatus {
  return describeFinding({ what, scope: log, log, seq, records })
}

/** A finding with numbers and texts; records of narrower audiences stay unnamed. */
export function describeFinding({ what, scope, log, seq, records, at }: Finding): FindingStatus {
  const named = scope?.aud === 1 ? (records ?? []).map((rec) => `${scope.ns}/${rec}`) : []
  return {
    what,
    ...(scope === undefined ? {} : { namespace: scope.ns, audience: audienceText(scope.aud) }),
    ...(log === undefined ? {} : { writer: log.writer }),
    ...(seq === undefined ? {} : { position: seq }),
    ...(named.length === 0 ? {} : { records: named }),
    ...(at === undefined || (scope !== undefined && scope.aud !== 1) ? {} : { at }),
  }
}

/** One finding as a line for people. */
export function findingText(finding: FindingStatus): string {
  const { what, namespace, audience, writer, position, records = [], at } = finding
  const places = [
    namespace === undefined ? '' : `namespace ${namespace}`,
    audience === undefined || audience === '1' ? '' : `audience ${audience}`,
    writer === undefined ? '' : `writer ${writer}`,
    position === undefined ? '' : `position ${position}`,
    records.join(' '),
    at ?? '',
  ]
  return `${what}: ${places.filter((place) => place !== '').join(', ')}`
}
