/** Makes a federation by hand, with the commands alone. */
import { join } from 'node:path'
import { freePorts, mulu, NodeProcess } from './mulu.ts'

/** A node to be made. */
export type Member = {
  readonly name: string
  readonly agency: string
  readonly office?: string
  readonly rights?: string
}

/** A federation with its processes. */
export type Federation = {
  readonly nodes: readonly NodeProcess[]
  readonly dirs: readonly string[]
  readonly start: (index: number, ...more: readonly string[]) => Promise<NodeProcess>
  /** Starts a node and kills it after so many milliseconds. */
  readonly killStarting: (index: number, delayMs: number) => Promise<void>
  readonly stop: () => Promise<void>
}

async function run(...args: readonly string[]): Promise<string> {
  const ran = await mulu(...args)
  if (ran.status !== 0) throw new Error(`mulu ${args.join(' ')}: ${ran.status}\n${ran.stderr}`)
  return ran.stdout.trim()
}

/** Founds a federation, starts its coordinator, admits and starts the others. */
export async function makeFederation(dir: string, members: readonly Member[]): Promise<Federation> {
  const ports = await freePorts(members.length * 2)
  const dirs = members.map((member) => join(dir, member.name))
  const running = new Map<number, NodeProcess>()
  const killStarting = (index: number, delayMs: number): Promise<void> => {
    const [port = 0, p2p = 0] = ports.slice(index * 2, index * 2 + 2)
    return NodeProcess.killStarting(dirs[index] ?? '', port, p2p, delayMs)
  }
  const start = async (index: number, ...more: readonly string[]): Promise<NodeProcess> => {
    const [port = 0, p2p = 0] = ports.slice(index * 2, index * 2 + 2)
    const node = await NodeProcess.start(dirs[index] ?? '', port, p2p, ...more)
    running.set(index, node)
    return node
  }
  const [first, ...others] = members
  const [root = ''] = dirs
  if (first === undefined) throw new Error('a federation has a founder')
  await run(
    ...['found', '--dir', root, '--name', 'Test federation'],
    ...['--agency', first.agency, '--agency-name', first.name],
  )
  await start(0)
  const ticket = await run('ticket', '--dir', root)
  for (const [i, member] of others.entries()) {
    const own = dirs[i + 1] ?? ''
    const office = member.office === undefined ? [] : ['--office', member.office]
    const rights = member.rights === undefined ? [] : ['--rights', member.rights]
    await run(
      ...['init', '--dir', own, '--ticket', ticket, '--agency', member.agency],
      ...['--agency-name', member.name, ...office],
    )
    await run('admit', '--dir', root, join(own, 'join-request.json'), ...rights)
    await start(i + 1)
  }
  return {
    nodes: members.map((_, i) => running.get(i)).filter((n): n is NodeProcess => n !== undefined),
    dirs,
    start,
    killStarting,
    stop: async () => {
      await Promise.all([...running.values()].map((node) => node.stop()))
    },
  }
}
