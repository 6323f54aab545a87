import type { Term } from '../profile.ts'
import { termList } from './term-list.ts'

/** EU data themes (publications.europa.eu/resource/authority/data-theme). */
export const EU_DATA_THEMES: readonly Term[] = termList([
  ['AGRI', '农业、渔业、林业和食品', 'Agriculture, fisheries, forestry and food'],
  ['ECON', '经济和金融', 'Economy and finance'],
  ['EDUC', '教育、文化和体育', 'Education, culture and sport'],
  ['ENER', '能源', 'Energy'],
  ['ENVI', '环境', 'Environment'],
  ['GOVE', '政府和公共部门', 'Government and public sector'],
  ['HEAL', '卫生健康', 'Health'],
  ['INTR', '国际事务', 'International issues'],
  ['JUST', '司法、法律制度和公共安全', 'Justice, legal system and public safety'],
  ['REGI', '区域和城市', 'Regions and cities'],
  ['SOCI', '人口和社会', 'Population and society'],
  ['TECH', '科学和技术', 'Science and technology'],
  ['TRAN', '交通运输', 'Transport'],
])
