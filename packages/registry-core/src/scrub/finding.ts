import type { LogKey } from '../log/log.ts'
import type { Scope } from '../store/store.ts'
import type { DamagedCommit } from './damage.ts'

/**
 * What a scrub can find.
 *
 * commit, body, missing   see DamagedCommit; only others can give those back
 * misplaced   a commit that stands at a place that is not its own
 * outcome     what became of a commit is not on record
 * log         what is remembered of a log does not fit its commits
 * record      a record differs from what its logs give
 * leaf, tree  the digest tree differs from the records
 * index       the search index differs from the records
 * statement   a snapshot or receipt that would not be found again
 * evidence    the proof of a fork
 * roster, order, profile   differs from what was verified when it came
 */
export type FindingKind =
  | DamagedCommit['what']
  | 'misplaced'
  | 'outcome'
  | 'log'
  | 'record'
  | 'leaf'
  | 'tree'
  | 'index'
  | 'statement'
  | 'evidence'
  | 'roster'
  | 'order'
  | 'profile'

/** One piece of rot, named as well as it can be. */
export type Finding = {
  readonly what: FindingKind
  /** The namespace and audience it lies in. */
  readonly scope?: Scope
  readonly log?: LogKey
  readonly seq?: number
  /** `kind/local`. */
  readonly records?: readonly string[]
  /** What else says where it is: a key of the store, a version, an agency. */
  readonly at?: string
}
