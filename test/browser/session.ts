/** A browser beside the nodes of a test, and what went wrong on any page it showed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type NodeProcess, scratch } from '../support/mulu.ts'
import { startChromium } from './chromium.ts'

/** Who looks: the browser's language, the window, the colours. */
export type Reader = {
  readonly locale?: 'en-US' | 'zh-CN'
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
}

const HEIGHT = 900

/** The browser, the folder and the pages of one test file, so that none outlives it. */
export class Session implements AsyncDisposable {
  readonly dir: string
  /** Errors on the console, uncaught exceptions, and requests to another host. */
  readonly troubles: string[] = []
  readonly #browser: Browser
  readonly #remove: () => Promise<void>
  #contexts: BrowserContext[] = []

  private constructor(browser: Browser, place: Awaited<ReturnType<typeof scratch>>) {
    this.#browser = browser
    this.dir = place.dir
    this.#remove = place.remove
  }

  static async start(): Promise<Session> {
    const browser = await startChromium()
    return new Session(browser, await scratch())
  }

  /** Opens a page of a node in a fresh profile and waits until it has its content. */
  async open(node: NodeProcess, path: string, reader: Reader = {}): Promise<Page> {
    const { locale = 'en-US', width = 1280, colorScheme = 'light' } = reader
    const context = await this.#browser.newContext({
      locale,
      colorScheme,
      timezoneId: 'Asia/Shanghai',
      viewport: { width, height: HEIGHT },
      reducedMotion: 'reduce',
    })
    this.#contexts.push(context)
    const page = await context.newPage()
    this.#watch(page, node.url)
    await visit(page, new URL(path, node.url).href)
    return page
  }

  /** The same for somebody who has entered the access key of the node. */
  async openWithKey(node: NodeProcess, path: string, reader: Reader = {}): Promise<Page> {
    const page = await this.open(node, path, reader)
    const key = (await readFile(join(node.dir, 'access-key'), 'utf8')).trim()
    await page.evaluate((text) => sessionStorage.setItem('mulu.access-key', text), key)
    await visit(page, new URL(path, node.url).href)
    return page
  }

  #watch(page: Page, origin: string): void {
    page.on('console', (message) => {
      if (message.type() !== 'error') return
      this.troubles.push(`${page.url()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => this.troubles.push(`${page.url()}: ${error.message}`))
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.protocol === 'data:' || url.origin === origin) return
      this.troubles.push(`${page.url()} asked ${url.href}`)
    })
  }

  async closePages(): Promise<void> {
    const contexts = this.#contexts
    this.#contexts = []
    await Promise.all(contexts.map((context) => context.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
    await this.#remove()
  }
}

/** Goes to an address and waits until the page and its as-of line have their content. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.locator('aside.asof b').waitFor()
  await page.waitForLoadState('networkidle')
}
