/** A federation made by hand with the commands that the README shows. */
import { join } from 'node:path'
import type { Machine, RunningNode } from './mulu-process.ts'

/** Founds a federation with the coordinator in the folder `hub`, and starts it. */
export async function found(machine: Machine): Promise<RunningNode> {
  await machine.ok(
    ...['found', '--dir', machine.path('hub'), '--name', 'By hand'],
    ...['--agency', 'HUB', '--agency-name', 'Hub', '--agency-name', '中心'],
  )
  return machine.start('hub')
}

/** Brings a node into the federation; `options` say office and region. Does not start it. */
export async function admit(
  machine: Machine,
  name: string,
  agency: string,
  options: readonly string[] = [],
  rights: readonly string[] = [],
): Promise<void> {
  const ticket = (await machine.ok('ticket', '--dir', machine.path('hub'))).trim()
  const dir = machine.path(name)
  const who = ['--agency', agency, '--agency-name', `Agency ${agency}`]
  await machine.ok('init', '--dir', dir, '--ticket', ticket, ...who, ...options)
  const request = join(dir, 'join-request.json')
  await machine.ok('admit', '--dir', machine.path('hub'), request, ...rights)
}
