/** Measures what a peer does, and on request leaves a CPU profile of exactly that. */
import { mkdir, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { basename, join } from 'node:path'
import type { Took } from './timing.ts'

const [peerDir = '', profileDir = ''] = process.argv.slice(2)

/** Runs work and says how many milliseconds it took, and how many of a processor. */
export async function timed(name: string, work: () => Promise<void>): Promise<Took> {
  const stop = profileDir === '' ? undefined : await startProfile(name)
  const [start, before] = [performance.now(), process.cpuUsage()]
  await work()
  const [ms, { user, system }] = [performance.now() - start, process.cpuUsage(before)]
  await stop?.()
  return { ms, cpuMs: (user + system) / 1_000 }
}

async function startProfile(name: string): Promise<() => Promise<void>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  return async () => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    await mkdir(profileDir, { recursive: true })
    const file = join(profileDir, `${basename(peerDir)}-${name}.cpuprofile`)
    await writeFile(file, JSON.stringify(profile))
  }
}
