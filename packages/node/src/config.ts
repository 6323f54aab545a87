/** The one place that reads the environment. */

import { MuluError } from '@mulu/registry-core'
import { Ajv } from 'ajv'

/** What the environment says, checked. */
export type Environment = {
  readonly logLevel: LogLevel
  readonly language: 'zh-Hans' | 'en'
  /** A file whose first line is the passphrase of protected key files. */
  readonly passphraseFile: string | undefined
}

/** Levels of the log, as pino names them. */
export type LogLevel = (typeof LOG_LEVELS)[number]
/** All levels, the quietest first. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

const SCHEMA: object = {
  type: 'object',
  properties: {
    MULU_LOG_LEVEL: { enum: [...LOG_LEVELS] },
  },
}

/** Reads the variables Mulu knows; MULU_CONFIG names one that is wrong. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const ajv = new Ajv()
  if (!ajv.validate(SCHEMA, env)) {
    const reason = ajv.errorsText(ajv.errors, { dataVar: 'environment' })
    throw new MuluError('MULU_CONFIG', { details: { reason } })
  }
  return Object.freeze({
    logLevel: LOG_LEVELS.find((level) => level === env['MULU_LOG_LEVEL']) ?? 'info',
    passphraseFile: env['MULU_PASSPHRASE_FILE'] || undefined,
    language: languageOf(env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''),
  })
}

function languageOf(locale: string): 'zh-Hans' | 'en' {
  return locale.toLowerCase().startsWith('zh') ? 'zh-Hans' : 'en'
}
