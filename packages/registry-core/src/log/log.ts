/**
 * The chain of one writer's commits in one namespace for one audience, and what this node knows
 * of it. `known` is what synchronisation compares (everything with a good header, also what
 * waits); `accepted` is what the catalogue stands on.
 */

import { type Audience, audienceText, parseAudience } from '../commit/audience.ts'
import type { ReadCommit } from '../commit/commit.ts'
import type { Hash } from '../crypto.ts'

/** Names a log. */
export type LogKey = {
  readonly ns: number
  readonly aud: Audience
  readonly writer: number
}

/** A position and the commit that stands there; seq 0 stands before the first commit. */
export type LogPosition = {
  readonly seq: number
  readonly id: Hash
}

/** What a node says of one log: the newest commit it knows, or the position of a proven fork. */
export type LogHead = {
  readonly log: LogKey
  readonly known: LogPosition
  readonly accepted: LogPosition
  readonly forkedAt: number | undefined
  /** Up to where a settled snapshot covers the log: it never ends below that; 0 without one. */
  readonly floor: number
  /** Of a forked log, the digest over what counts beyond its fork: snapshot/beyond-fork.ts. */
  readonly statements: Hash | undefined
}

/** The log that a commit belongs to. */
export function logOf({ read }: ReadCommit): LogKey {
  const { ns, aud, writer } = read
  return { ns, aud, writer }
}

/** A log key as text: `ns/aud/writer`. */
export function logText(log: LogKey): string {
  return `${log.ns}/${audienceText(log.aud)}/${log.writer}`
}

/** The log key that a text from `logText` stands for. */
export function parseLog(text: string): LogKey {
  const [ns, aud = '1', writer] = text.split('/')
  return { ns: Number(ns), aud: parseAudience(aud), writer: Number(writer) }
}
