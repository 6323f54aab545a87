/** The commands in one list. Exit status: 0 done, 1 refused, 2 usage. */
import { isMuluError, type MuluError } from '@mulu/registry-core'
import { Command, CommanderError } from 'commander'
import { SOFTWARE } from '../software.ts'
import { addBackup } from './backup.ts'
import { addBundle } from './bundle.ts'
import { addExport, addImport, addReindex, addStatus } from './catalogue.ts'
import { addDemo } from './demo.ts'
import { addErase, addErasures } from './erase.ts'
import { addEvidence, addVerify } from './evidence.ts'
import { addKey } from './keys.ts'
import { addAdmit, addFingerprint, addFound, addInit, addTicket } from './membership.ts'
import { addOrder } from './order.ts'
import { printError } from './output.ts'
import { addKeep, addPrune } from './prune.ts'
import { addRestore } from './restore.ts'
import { addRoster } from './roster.ts'
import { addScrub } from './scrub.ts'
import { addSnapshot } from './snapshot.ts'
import { addStart } from './start.ts'
import { addSubscribe } from './subscribe.ts'

/** The exit status of commands that finished what they were asked, or did not. */
export type ExitStatus = 0 | 1 | 2

/** Runs one command line. */
export async function runCli(args: readonly string[]): Promise<ExitStatus> {
  let status: ExitStatus = 0
  const program = new Command('mulu')
    .description('A federated registry of government information resources')
    .version(SOFTWARE)
    .exitOverride()
    .showHelpAfterError('(mulu --help lists the commands)')
  const done = (result: ExitStatus): void => {
    status = result
  }
  for (const add of [addFound, addTicket, addFingerprint, addInit, addAdmit]) add(program, done)
  for (const add of [addRoster, addOrder, addKey, addStart, addImport]) add(program, done)
  for (const add of [
    addStatus,
    addVerify,
    addScrub,
    addPrune,
    addKeep,
    addSubscribe,
    addEvidence,
    addSnapshot,
    addErase,
    addErasures,
    addReindex,
    addExport,
    addDemo,
    addBundle,
    addBackup,
    addRestore,
  ])
    add(program, done)
  for (const command of program.commands) {
    command.exitOverride()
    for (const part of command.commands) part.exitOverride()
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    return status
  } catch (error) {
    return statusOf(error)
  }
}

function statusOf(error: unknown): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  printError(error)
  return isMuluError(error) && isUsage(error) ? 2 : 1
}

function isUsage(error: MuluError): boolean {
  return error.code === 'MULU_USAGE'
}
