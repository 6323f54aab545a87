import type { Term } from '../profile.ts'

/**
 * The two-level theme taxonomy of Chinese government information: a first-level theme with its
 * second-level themes, in the order that gives their numbers. The numbers are ours: the letter
 * codes of GB/T 21063.4 are not confirmed.
 */
type Theme = readonly [
  zh: string,
  en: string,
  below: readonly (readonly [zh: string, en: string])[],
]

const THEMES: readonly Theme[] = [
  [
    '综合政务',
    'General government affairs',
    [
      ['综合政务类', 'General government affairs (class)'],
      ['方针政策', 'Guidelines and policies'],
      ['中共党务', 'Party affairs'],
      ['综合政务', 'General affairs of government'],
      ['人大', "People's congresses"],
      ['政协', 'Political consultative conferences'],
      ['法院', 'Courts'],
      ['检察院', 'Procuratorates'],
      ['机构编制', 'Organisation and staffing'],
      ['领导人', 'Leaders'],
      ['会议、会务', 'Meetings'],
      ['重大事件', 'Major events'],
    ],
  ],
  [
    '经济管理',
    'Economic administration',
    [
      ['经济管理综合类', 'Economic administration (general)'],
      ['经济发展计划', 'Economic development planning'],
      ['经济管理', 'Economic management'],
      ['经济体制改革', 'Economic system reform'],
      ['经贸管理', 'Economic and trade administration'],
      ['统计', 'Statistics'],
      ['物价', 'Prices'],
      ['工商', 'Industry and commerce'],
    ],
  ],
  [
    '国土资源、能源',
    'Land, natural resources and energy',
    [
      ['国土资源与能源综合类', 'Land, resources and energy (general)'],
      ['土地', 'Land'],
      ['矿藏', 'Minerals'],
      ['水资源', 'Water resources'],
      ['海洋', 'Oceans'],
      ['煤炭', 'Coal'],
      ['石油', 'Petroleum'],
      ['燃料、燃气', 'Fuel and gas'],
      ['电力', 'Electric power'],
    ],
  ],
  [
    '工业、交通',
    'Industry and transport',
    [
      ['工交综合类', 'Industry and transport (general)'],
      ['工业', 'Industry'],
      ['企业', 'Enterprises'],
      ['交通运输', 'Transport'],
    ],
  ],
  [
    '信息产业',
    'Information industry',
    [
      ['信息产业综合类', 'Information industry (general)'],
      ['通信', 'Communications'],
      ['计算机', 'Computers'],
      ['软件', 'Software'],
      ['网络', 'Networks'],
      ['信息技术、信息系统', 'Information technology and systems'],
      ['邮政', 'Postal services'],
    ],
  ],
  [
    '城乡建设、环境保护',
    'Urban and rural construction, environment',
    [
      ['城乡建设与环境保护综合类', 'Urban and rural construction and environment (general)'],
      ['城乡规划', 'Urban and rural planning'],
      ['城乡建设', 'Urban and rural construction'],
      ['市政工程', 'Municipal engineering'],
      ['房地产', 'Real estate'],
      ['环境保护、治理', 'Environmental protection and treatment'],
      ['环境污染、监测', 'Pollution and monitoring'],
    ],
  ],
  [
    '农业、水利',
    'Agriculture and water',
    [
      ['农业水利综合类', 'Agriculture and water (general)'],
      ['农业', 'Agriculture'],
      ['林业', 'Forestry'],
      ['畜牧业', 'Animal husbandry'],
      ['副业', 'Sideline production'],
      ['渔业', 'Fisheries'],
      ['水利', 'Water conservancy'],
    ],
  ],
  [
    '财政',
    'Public finance',
    [
      ['财政综合类', 'Public finance (general)'],
      ['财政', 'Public finance'],
      ['税务', 'Taxation'],
      ['金融', 'Banking and finance'],
      ['保险', 'Insurance'],
      ['审计', 'Audit'],
      ['会计', 'Accounting'],
    ],
  ],
  [
    '商业、贸易',
    'Commerce and trade',
    [
      ['商贸综合类', 'Commerce and trade (general)'],
      ['国内贸易', 'Domestic trade'],
      ['对外贸易', 'Foreign trade'],
      ['物流、仓储', 'Logistics and storage'],
      ['海关', 'Customs'],
      ['检验、检疫', 'Inspection and quarantine'],
    ],
  ],
  [
    '旅游、服务业',
    'Tourism and services',
    [
      ['旅游、服务业综合类', 'Tourism and services (general)'],
      ['旅游', 'Tourism'],
      ['服务业', 'Services'],
    ],
  ],
  [
    '气象、水文、测绘、地震',
    'Weather, hydrology, surveying, earthquakes',
    [
      ['气象水文综合类', 'Weather and hydrology (general)'],
      ['气象', 'Weather'],
      ['水文', 'Hydrology'],
      ['测绘', 'Surveying and mapping'],
      ['地震', 'Earthquakes'],
    ],
  ],
  [
    '对外事务',
    'Foreign affairs',
    [
      ['对外事务综合类', 'Foreign affairs (general)'],
      ['外交', 'Diplomacy'],
      ['外事活动', 'Foreign affairs activities'],
      ['国际关系', 'International relations'],
      ['国际组织', 'International organisations'],
      ['国际会议', 'International conferences'],
    ],
  ],
  [
    '政法、监察',
    'Justice, public security and supervision',
    [
      ['政法综合类', 'Justice and public security (general)'],
      ['公安', 'Public security'],
      ['国家安全', 'State security'],
      ['监察', 'Supervision'],
      ['司法', 'Judicial administration'],
    ],
  ],
  [
    '科技、教育',
    'Science, technology and education',
    [
      ['科教综合类', 'Science and education (general)'],
      ['科技管理', 'Science and technology administration'],
      ['科研工作', 'Scientific research'],
      ['知识产权', 'Intellectual property'],
      ['技术监督', 'Technical supervision'],
      ['教育', 'Education'],
      ['院校管理', 'Administration of schools'],
    ],
  ],
  [
    '文化、卫生、体育',
    'Culture, health and sport',
    [
      ['文体综合类', 'Culture and sport (general)'],
      ['语言文字', 'Language and writing'],
      ['文学艺术', 'Literature and art'],
      ['文物、考古', 'Cultural relics and archaeology'],
      ['新闻出版', 'Press and publishing'],
      ['广播、电影、电视', 'Radio, film and television'],
      ['医药卫生管理', 'Medical and health administration'],
      ['医疗保健', 'Medical care'],
      ['计划生育', 'Family planning'],
      ['体育', 'Sport'],
    ],
  ],
  [
    '军事、国防',
    'Military and defence',
    [
      ['军事国防综合类', 'Military and defence (general)'],
      ['国防建设', 'National defence construction'],
      ['军事工作', 'Military work'],
      ['军队政治工作', 'Political work of the armed forces'],
      ['军事后勤工作', 'Military logistics'],
      ['军事装备工作', 'Military equipment'],
      ['军事技术', 'Military technology'],
      ['武警', 'Armed police'],
    ],
  ],
  [
    '劳动、人事',
    'Labour and personnel',
    [
      ['劳动人事综合类', 'Labour and personnel (general)'],
      ['人事工作', 'Personnel'],
      ['劳动就业', 'Employment'],
      ['社会保障', 'Social security'],
      ['工资职称', 'Wages and professional titles'],
      ['福利待遇', 'Welfare'],
    ],
  ],
  [
    '民政、社区',
    'Civil affairs and communities',
    [
      ['民政综合类', 'Civil affairs (general)'],
      ['民政', 'Civil affairs'],
      ['社区', 'Communities'],
    ],
  ],
  [
    '文秘、行政',
    'Secretarial work and administration',
    [
      ['文秘行政综合类', 'Secretarial work and administration (general)'],
      ['文秘工作', 'Secretarial work'],
      ['文种', 'Types of official document'],
      ['机要、保密', 'Confidential matters'],
      ['档案', 'Archives'],
      ['信访工作', 'Letters and visits'],
      ['行政事务', 'Administrative matters'],
    ],
  ],
  [
    '综合党团',
    'Party and mass organisations',
    [
      ['党团综合类', 'Party and mass organisations (general)'],
      ['党派团体', 'Parties and organisations'],
      ['民族事务', 'Ethnic affairs'],
      ['宗教', 'Religion'],
      ['侨务工作', 'Overseas Chinese affairs'],
      ['港澳台工作', 'Hong Kong, Macao and Taiwan affairs'],
    ],
  ],
  ['综合类', 'General', []],
]

/** Themes as `cn:NN` and `cn:NN-NN`, each second-level one with its broader theme. */
export const CN_THEMES: readonly Term[] = THEMES.flatMap(([zh, en, below], index) => {
  const code = `cn:${twoDigits(index + 1)}`
  const narrower = below.map(([zhBelow, enBelow], position) => ({
    code: `${code}-${twoDigits(position + 1)}`,
    broader: code,
    label: { 'zh-Hans': zhBelow, en: enBelow },
  }))
  return [{ code, label: { 'zh-Hans': zh, en } }, ...narrower]
})

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
