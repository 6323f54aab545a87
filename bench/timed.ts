/** Measures what a peer does, and on request leaves a CPU profile of exactly that. */
import { mkdir, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { basename, join } from 'node:path'

const [peerDir = '', profileDir = ''] = process.argv.slice(2)

/** Runs work and says how many milliseconds it took. */
export async function timed(name: string, work: () => Promise<void>): Promise<number> {
  const stop = profileDir === '' ? undefined : await startProfile(name)
  const start = performance.now()
  await work()
  const took = performance.now() - start
  await stop?.()
  return took
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
