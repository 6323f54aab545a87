/** A headless Chromium: the system's where there is one, else the one from the npm package. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import packaged, { inflate } from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

const SYSTEM = '/usr/bin/chromium'
const FONT_SETTINGS = '/etc/fonts'
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a browser; MULU_TEST_CHROMIUM=package takes the packaged one on any machine. */
export async function startChromium(): Promise<Browser> {
  const isPackageWanted = process.env['MULU_TEST_CHROMIUM'] === 'package'
  if (existsSync(SYSTEM) && !isPackageWanted) return launch(SYSTEM)
  packaged.setGraphicsMode = false
  const executablePath = await packaged.executablePath()
  try {
    return await launch(executablePath)
  } catch {
    // A bare machine lacks the libraries that any browser package would have brought along.
    return launch(executablePath, await packagedLibraries())
  }
}

function launch(executablePath: string, env: Record<string, string> = {}): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGS, env: { ...process.env, ...env } })
}

async function packagedLibraries(): Promise<Record<string, string>> {
  const main = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const bin = join(main, '../../bin')
  const libraries = await inflate(join(bin, 'al2023.tar.br'))
  const env = { LD_LIBRARY_PATH: join(libraries, 'lib') }
  if (existsSync(FONT_SETTINGS)) return env
  return { ...env, FONTCONFIG_PATH: await inflate(join(bin, 'fonts.tar.br')) }
}
