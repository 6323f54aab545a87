import { expect } from 'chai'
import { chooseText } from '../src/labels.ts'

describe('texts in several languages', () => {
  it('[UI6] come in the reader’s language, else in the other, marked as foreign', () => {
    const both = { en: 'Water', 'zh-Hans': '水' }
    expect(chooseText(both, 'zh-CN')).to.deep.equal({
      text: '水',
      lang: 'zh-Hans',
      isForeign: false,
    })
    expect(chooseText({ en: 'Water' }, 'zh-CN')).to.deep.equal({
      text: 'Water',
      lang: 'en',
      isForeign: true,
    })
    expect(chooseText({ fr: 'Eau' }, 'en')?.lang).to.equal('fr')
    expect(chooseText({ en: '' }, 'en')).to.equal(undefined)
  })
})
