import { Session } from './session.ts'
import { startDisputed, startWithSamples } from './catalogue.ts'
import { writeFileSync } from 'node:fs'
const s = await Session.start()
try {
  const t0 = Date.now()
  const d = await startDisputed(s.machine)
  console.log('disputed', Date.now() - t0)
  const s2 = await Session.start()
  const solo = await startWithSamples(s2.machine)
  console.log('solo', Date.now() - t0)
  const list = (await solo.ask('/records?q=mortgage&limit=1')).body
  const rec = '/records/' + (list.items[0] ?? (await solo.ask('/records?limit=1')).body.items[0]).id
  const pages: [string, any, string][] = [
    ['portal', solo, '/'], ['search', solo, '/?q=Tianditu&region=440000&region=410000&theme=ENVI'], ['none', solo, '/?q=Tianditu+zzzxq&region=440000'],
    ['record', solo, rec], ['lost', solo, '/nowhere'], ['missing', solo, '/records/9/service/none'],
    ['conflict', d.office, '/records/' + d.id], ['situation', d.hub, '/situation'], ['node', d.hub, '/node'], ['officenode', d.office, '/node'],
  ]
  for (const [n, node, path] of pages) for (const [locale, width, colorScheme] of [['en-US',1280,'light'],['zh-CN',1280,'light'],['zh-CN',360,'light'],['en-US',360,'dark'],['zh-CN',1280,'dark']] as const) {
    if (colorScheme === 'dark' && !['portal','conflict','situation'].includes(n)) continue
    const p = await s.open(node, path, { locale, width, colorScheme })
    const w = await p.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
    if (w[0]! > w[1]!) console.log('WIDE', n, locale, width, w)
    await p.screenshot({ path: `/tmp/shots/${n}-${locale.slice(0,2)}-${width}-${colorScheme}.png`, fullPage: true })
    if (locale === 'en-US' && width === 1280) writeFileSync(`/tmp/shots/${n}.aria.txt`, await p.locator('body').ariaSnapshot())
    await s.closePages()
  }
  console.log(s.troubles)
  await s2[Symbol.asyncDispose]()
} finally { await s[Symbol.asyncDispose]() }
