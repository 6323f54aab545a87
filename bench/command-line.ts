/** What the benchmarks read from their command line, and say. */

/** The number that an option gives; an error that names the option when it is no positive one. */
export function readNumber(name: string, text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`--${name} is a positive whole number`)
}

/** A line on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
