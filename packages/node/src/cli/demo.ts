/** `mulu demo`: a federation of five nodes on this machine. */
import type { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { readEnvironment } from '../config.ts'
import type { ExitStatus } from './cli.ts'
import { parsePort } from './options.ts'
import { print } from './output.ts'

type DemoArguments = { readonly dir: string; readonly port: number; readonly once?: boolean }

/** Adds the command. */
export function addDemo(program: Command, done: (status: ExitStatus) => void): void {
  program
    .command('demo')
    .description('run a federation of five nodes on this machine')
    .option('--dir <dir>', 'folder for the five nodes', '.mulu-demo')
    .option(
      '--port <first>',
      'first of the ports (five for pages, five for nodes)',
      parsePort,
      8400,
    )
    .option('--once', 'stop when the digests have been compared')
    .action(async ({ dir, port, once }: DemoArguments) => {
      const stopped = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
          process.once(signal, () => resolve())
        }
      })
      const { runDemo } = await import('../demo/demo.ts')
      const isEqual = await runDemo({
        dir,
        firstPort: port,
        language: readEnvironment().language,
        once: once ?? false,
        print,
        clock: systemClock,
        stopped,
      })
      done(isEqual ? 0 : 1)
    })
}
