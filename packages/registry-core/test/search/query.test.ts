import { expect } from 'chai'
import fc from 'fast-check'
import { isMuluError } from '../../src/errors.ts'
import { DCAT_PROFILE } from '../../src/profile/dcat.ts'
import { parseQuery, type QueryNode, type QueryOptions } from '../../src/search/text/query.ts'
import { synonymsOf } from '../../src/search/text/synonyms.ts'

/** A query as one line: `&` all, `|` any, `!` not, `*` prefix, `_` phrase. */
function shown(node: QueryNode): string {
  switch (node.kind) {
    case 'all':
      return `(${node.of.map(shown).join(' & ')})`
    case 'any':
      return `[${node.of.map(shown).join(' | ')}]`
    case 'not':
      return `!${shown(node.of)}`
    case 'term':
      return node.term
    case 'prefix':
      return `${node.prefix}*`
    case 'phrase':
      return `"${node.terms.join('_')}"`
    case 'field':
      return `${node.name}:${node.value}`
    case 'id':
      return `#${node.id}`
  }
}

/** Every word is known, so that none is read as initials; pinyin is tested apart. */
const KNOWN: QueryOptions = { isKnown: () => true }

function read(q: string, options: QueryOptions = KNOWN): string {
  const { node } = parseQuery(q, options)
  return node === undefined ? 'everything' : shown(node)
}

function refusalOf(q: string): unknown {
  try {
    parseQuery(q)
  } catch (error) {
    if (isMuluError(error) && error.code === 'MULU_QUERY') return error.details
    throw error
  }
  return 'accepted'
}

describe('a query', () => {
  it('[TX5] asks for all its words, phrases, and for none of what it excludes', () => {
    expect(read('Clean  WATER')).to.equal('(clean & water)')
    expect(read('"clean water" rivers')).to.equal('("clean_water" & river)')
    expect(read('“clean water”')).to.equal('"clean_water"')
    expect(read('river -"clean water" －pond')).to.equal('(river & !"clean_water" & !pond)')
    expect(read('river - pond')).to.equal('(river & pond)')
    expect(read('-pond')).to.equal('!pond')
    expect(read('river OR pond water')).to.equal('([river | pond] & water)')
    expect(read('OR river OR')).to.equal('(or & river & or)')
    expect(read('wat* river')).to.equal('(wat* & river)')
  })

  it('[TX5] asks for fields by both their names, with values of one field as alternatives', () => {
    expect(read('region:440000')).to.equal('region:440000')
    expect(read('water 格式：csv,JSON')).to.equal('(water & [format:csv | format:JSON])')
    expect(read('-agency:"Water Board" x')).to.equal('(!agency:Water Board & x)')
    expect(read('id:3/resource/abc')).to.equal('#3/resource/abc')
    expect(read('https://example.org')).to.equal('"http_example_org"')
    expect(read('region:')).to.equal('region')
  })

  it('[TX5] finds ids and codes that are typed whole', () => {
    expect(read('3/resource/abc')).to.equal('[#3/resource/abc | "3_resource_abc"]')
    expect(read('OPM-OPO-0002')).to.equal('"opm_opo_0002"')
    expect(read('91110000MA01ABCD5X')).to.equal('91110000ma01abcd5x')
  })

  it('[TX6] cuts Chinese into words, and a character that is left alone goes with its neighbour', () => {
    expect(read('公共數據開放')).to.equal('(公共 & 数据 & 开放)')
    expect(read('北京市气象局')).to.equal('("北京_京市" & "气象_象局")')
    expect(read('5G网络')).to.equal('(5g & 网络)')
    expect(read('水')).to.equal('水*')
    expect(read('"公共数据"')).to.equal('"公共_共数_数据"')
    expect(read('"数据 open"')).to.equal('"数据_据_open"')
    expect(read('"open 数据"')).to.equal('"open_数据"')
    expect(read('-公共数据')).to.equal('!"公共_共数_数据"')
  })

  it('[TX7] takes its last word as begun while it is typed', () => {
    const typing: QueryOptions = { ...KNOWN, prefixLast: true }
    expect(read('clean wint', typing)).to.equal('(clean & wint*)')
    expect(read('clean winter ', typing)).to.equal('(clean & winter)')
    expect(read('polici', typing)).to.equal("[polici* | policy | (~po'li & ~li'ci*)]")
    expect(read('taxe', typing)).to.equal('[taxe* | tax | (^tax & ^axe)]')
    expect(read('OPM-OP', typing)).to.equal('["opm_op" | (opm & op*)]')
    expect(read('"clean wat', typing)).to.equal('"clean_wat"')
  })

  it('[TX8] is also read as pinyin, full and by initials', () => {
    expect(read('shuju')).to.equal("[shuju | ~shu'ju]")
    expect(read('gonggongshuju')).to.equal("[gonggongshuju | (~gong'gong & ~gong'shu & ~shu'ju)]")
    expect(read("xi'an")).to.equal("[xian | ~xi'an]")
    expect(read('lǜsè')).to.equal("[luse | ~lv'se]")
    expect(read('shui', {})).to.equal("[shui | ~shui'*]")
    expect(read('ggsj', {})).to.equal('[ggsj | (^ggs & ^gsj)]')
    expect(read('bei', { ...KNOWN, prefixLast: true })).to.equal('[bei* | bey | ~bei*]')
  })

  it('[TX8] is not read as initials when records have the word or it is an abbreviation', () => {
    expect(read('cms')).to.equal('cms')
    expect(read('CMS', {})).to.equal('cms')
    expect(read('long')).to.equal('long')
  })

  it('[TX9] also asks for the synonyms of its words, alone or together, in any spelling', () => {
    const synonyms = synonymsOf({
      ...DCAT_PROFILE,
      synonyms: [
        ['recordset', 'record set', '数据集'],
        ['Tax', '税'],
      ],
    })
    const options: QueryOptions = { ...KNOWN, synonyms }
    expect(read('Record Sets', options)).to.equal('[(record & set) | recordset | "数据_据集"]')
    expect(read('數據集', options)).to.equal('["数据_据集" | recordset | "record_set"]')
    expect(read('taxes', options)).to.equal('[tax | 税*]')
    expect(read('-tax "record set" tax*', options)).to.equal('(!tax & "record_set" & tax*)')
    expect(read('record x set', options)).to.equal('(record & x & set)')
  })

  it('[TX5] tells its words as typed, each a query of its own', () => {
    expect(parseQuery('Clean "river water" -pond 公共數據 region:44').words).to.deep.equal([
      'Clean',
      '"river water"',
      '公共',
      '數據',
    ])
  })

  it('[TX10] asks for everything when it is empty or a star, and is refused without a word', () => {
    for (const q of ['', '  ', '*', ' * ', '*:*']) expect(read(q)).to.equal('everything')
    for (const q of ['"', '""', '-', '***', '? !', '，。', '\u0000', '😀']) {
      expect(refusalOf(q), JSON.stringify(q)).to.have.property('reason')
    }
  })

  it('[TX10] is refused over its limits, whatever it holds', () => {
    expect(refusalOf('a'.repeat(1_000_000))).to.include({ limit: 1_024 })
    expect(refusalOf('a '.repeat(10_000))).to.include({ limit: 1_024 })
    expect(refusalOf('a '.repeat(100))).to.include({ limit: 64 })
    expect(refusalOf('河'.repeat(1_000))).to.equal('accepted')
    expect(refusalOf('xiangangangang'.repeat(70))).to.equal('accepted')
    expect(read('a\u0000b\u001bc')).to.equal('(a & b & c)')
  })

  it('[TX10] of any text is answered or refused, and all of its nodes have parts', () => {
    const typed = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.constantFrom('"', '-', '*', ' OR ', 'region:', '水利', 'shuju', '“', ' '),
      ),
      { maxLength: 24 },
    )
    const checked = (node: QueryNode): void => {
      if (node.kind === 'all' || node.kind === 'any') {
        expect(node.of.length).to.be.above(1)
        node.of.forEach(checked)
      } else if (node.kind === 'not') checked(node.of)
      else if (node.kind === 'phrase') expect(node.terms.length).to.be.above(1)
      else if (node.kind === 'term') expect(node.term).not.to.equal('')
      else if (node.kind === 'prefix') expect(node.prefix).not.to.equal('')
    }
    fc.assert(
      fc.property(typed, fc.boolean(), (parts, prefixLast) => {
        try {
          const { node } = parseQuery(parts.join(''), { prefixLast })
          if (node !== undefined) checked(node)
        } catch (error) {
          if (!isMuluError(error) || error.code !== 'MULU_QUERY') throw error
        }
      }),
    )
  })
})
