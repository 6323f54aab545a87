/** How commands speak: results on standard output, everything else on standard error. */
import { isMuluError } from '@mulu/registry-core'
import { SingleBar } from 'cli-progress'

/** A line on standard output. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** A line on standard error. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** A document on standard output. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** An error: its code, what it says, and the details that tell where and what to do. */
export function printError(error: unknown): void {
  if (error instanceof AggregateError) {
    for (const each of error.errors) printError(each)
    return
  }
  if (!isMuluError(error)) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return
  }
  say(`${error.code}: ${error.message}`)
  for (const [name, value] of Object.entries(error.details)) {
    say(`  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  }
}

/** Tells how far long work is: a bar on a terminal, now and then a line elsewhere. */
export type Progress = {
  readonly update: (done: number, total: number) => void
  readonly stop: () => void
}

/** Shares of the work after which a plain line is printed. */
const LINE_EVERY = 0.1

/** Starts telling; `what` names the things that are counted. */
export function startProgress(what: string): Progress {
  return process.stderr.isTTY ? barProgress(what) : lineProgress(what)
}

/** The same for what a timer runs: a bar on a terminal, and not a word elsewhere. */
export function startBar(what: string): Progress {
  if (process.stderr.isTTY) return barProgress(what)
  return { update: () => undefined, stop: () => undefined }
}

function barProgress(what: string): Progress {
  const bar = new SingleBar({
    format: `{bar} {percentage}% · {value}/{total} ${what} · {eta_formatted}`,
    hideCursor: true,
    stream: process.stderr,
  })
  let isStarted = false
  return {
    update: (done, total) => {
      if (!isStarted) bar.start(total, done)
      else bar.update(done)
      isStarted = true
    },
    stop: () => bar.stop(),
  }
}

function lineProgress(what: string): Progress {
  let told = 0
  return {
    update: (done, total) => {
      if (total === 0 || done / total < told + LINE_EVERY) return
      told = done / total
      say(`${done} of ${total} ${what}`)
    },
    stop: () => undefined,
  }
}
