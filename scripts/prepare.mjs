/**
 * Makes a fresh clone ready: checks Node, installs the pinned dependencies when they are missing
 * or older than the lock file, and with --build compiles what has changed. Plain JavaScript
 * without dependencies, since it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const NODE_MIN = [20, 19]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
  stop(`Mulu needs Node ${NODE_MIN.join('.')} or newer; this is ${process.versions.node}.`)
}
if (isInstallNeeded()) {
  say('Installing dependencies (once, about half a minute) …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}
if (process.argv.includes('--build')) {
  run('npm', ['run', '--silent', 'build'])
}

/** npm writes its own copy of the lock file when an install has finished. */
function isInstallNeeded() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installed)) return true
  return statSync(join(root, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs
}

function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) stop(`${command} ${args.join(' ')} failed.`)
}

function say(text) {
  process.stdout.write(`${text}\n`)
}

function stop(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
