/** Where commands get passphrases: a file that the environment names, else the terminal. */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { MuluError } from '@mulu/registry-core'
import { readEnvironment } from '../config.ts'
import { NO_PASSPHRASE, type PassphraseSource } from '../folder/key-file.ts'
import { say } from './output.ts'

/** Asks for passphrases; each file is asked for once. */
export function passphrases(): PassphraseSource {
  const known = new Map<string, string>()
  return async (file) => {
    const passphrase = known.get(file) ?? (await passphraseFor(file))
    known.set(file, passphrase)
    return passphrase
  }
}

async function passphraseFor(file: string): Promise<string> {
  const { passphraseFile } = readEnvironment()
  if (passphraseFile !== undefined) return readPassphrase(passphraseFile)
  if (!process.stdin.isTTY) return NO_PASSPHRASE(file)
  return askSilently(`Passphrase for ${file}: `)
}

/** A new passphrase: from the environment's file, else typed twice. */
export async function newPassphrase(file: string): Promise<string> {
  const { passphraseFile } = readEnvironment()
  if (passphraseFile !== undefined) return readPassphrase(passphraseFile)
  if (!process.stdin.isTTY) return NO_PASSPHRASE(file)
  for (;;) {
    const first = await askSilently(`New passphrase for ${file}: `)
    const second = await askSilently('Once more: ')
    if (first === second && first !== '') return first
    say(first === '' ? 'A passphrase is not empty.' : 'They differ.')
  }
}

async function readPassphrase(file: string): Promise<string> {
  try {
    const [line = ''] = (await readFile(file, 'utf8')).split(/\r?\n/)
    if (line !== '') return line
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MuluError('MULU_CONFIG', { cause, details: { file, reason } })
  }
  throw new MuluError('MULU_CONFIG', { details: { file, reason: 'Its first line is empty.' } })
}

async function askSilently(question: string): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
