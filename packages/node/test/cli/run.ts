/** Runs one command line in this process and keeps what it prints. */
import { type ExitStatus, runCli } from '../../src/cli/cli.ts'

export type Ran = {
  readonly status: ExitStatus
  readonly stdout: string
  readonly stderr: string
}

type Write = typeof process.stdout.write

/** One command after the other: while it runs, both streams are its own. */
export async function run(...args: readonly string[]): Promise<Ran> {
  const texts = { stdout: '', stderr: '' }
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name]
    const own = stream.write
    const keep: Write = (chunk: string | Uint8Array): boolean => {
      texts[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      return true
    }
    stream.write = keep
    return () => {
      stream.write = own
    }
  })
  try {
    const status = await runCli(args)
    return { status, ...texts }
  } finally {
    for (const put of restore) put()
  }
}
