import { expect } from 'chai'
import i18next from 'i18next'
import type { Share, SharePart } from '../src/api.ts'
import { en } from '../src/locales/en.ts'
import { zhCn } from '../src/locales/zh-cn.ts'
import { shareSentence } from '../src/parts/share-words.ts'

describe('the sentence on what is here', () => {
  const behind = (ownRegion: SharePart | null, rest: SharePart | null): Share => {
    return { state: 'behind', held: null, ownRegion, rest, regions: [] }
  }
  const cases: readonly (readonly [Share, string | undefined, string | undefined])[] = [
    [
      behind({ here: 5, known: 5 }, { here: 1_249, known: 2_000 }),
      'Own region complete here, 62 % of the rest',
      '本地区已齐，其余已到 62 %',
    ],
    [
      behind({ here: 1, known: 3 }, { here: 0, known: 9 }),
      '33 % of the own region is here, 0 % of the rest',
      '本地区已到 33 %，其余已到 0 %',
    ],
    [behind(null, { here: 1_999, known: 2_000 }), '99 % of the catalogue is here', '目录已到 99 %'],
    [behind({ here: 1, known: 2 }, null), '50 % of the own region is here', '本地区已到 50 %'],
    [{ ...behind(null, null), state: 'level' }, undefined, undefined],
    [
      { ...behind(null, null), state: 'unknown' },
      'How much is missing here is not known yet',
      '这里缺多少，还不知道',
    ],
  ]

  for (const [language, resource, index] of [
    ['en', en, 1],
    ['zh-CN', zhCn, 2],
  ] as const) {
    it(`[UI66] says in ${language} how much of the own region and of the rest, rounded down`, async () => {
      const words = i18next.createInstance()
      await words.init({
        ...{ lng: language, keySeparator: false, interpolation: { escapeValue: false } },
        resources: { [language]: { translation: resource } },
      })
      for (const each of cases) {
        const sentence = shareSentence({ nodes: 2, share: each[0] }, words.t)
        expect(sentence).to.equal(each[index])
      }
      const alone = { nodes: 1, share: { ...behind(null, null), state: 'unknown' as const } }
      expect(shareSentence(alone, words.t)).to.equal(undefined)
    })
  }
})
