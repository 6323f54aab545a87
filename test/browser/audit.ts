/** Looks at a page with axe, and at whether it fits its window. */
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const GRAVE: readonly unknown[] = ['serious', 'critical']

/** The serious and critical violations: rule and the elements that break it. */
export async function graveViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  )
  return violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}
