import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Logger, pino } from 'pino'
import type { LogLevel } from './config.ts'

/** The log of a node: JSON lines. */
export type NodeLogger = Logger

/** Nothing that opens a door stands in a log. */
const REDACTED = [
  'req.headers.authorization',
  'headers.authorization',
  '*.authorization',
  '*.accessKey',
  '*.privateKey',
  '*.seed',
  'accessKey',
  'authorization',
  'privateKey',
  'seed',
]

/** Where the log goes: a file, or standard output. */
export type LogTarget = { readonly file: string } | 'stdout'

/** Opens the log; a file is written at once, line by line, so that a crash loses none. */
export function createLogger(target: LogTarget, level: LogLevel): NodeLogger {
  const options = { level, redact: { paths: REDACTED, censor: '[redacted]' }, base: null }
  if (target === 'stdout') return pino(options, pino.destination({ dest: 1, sync: true }))
  mkdirSync(dirname(target.file), { recursive: true, mode: 0o700 })
  return pino(options, pino.destination({ dest: target.file, sync: true }))
}
