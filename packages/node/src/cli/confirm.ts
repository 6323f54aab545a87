import { MuluError } from '@mulu/registry-core'

/** Asks a person whether to sign; MULU_USAGE where nobody can be asked. */
export async function confirm(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    const reason = 'Nobody can be asked here. Say --yes once you have read the lines above.'
    throw new MuluError('MULU_USAGE', { details: { reason } })
  }
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question('Sign this? Type yes or 是: ')
  lines.close()
  return ['yes', 'y', '是'].includes(answer.trim().toLowerCase())
}
