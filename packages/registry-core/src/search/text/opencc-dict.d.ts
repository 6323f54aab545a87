/** `traditional simplified|…`: the character table of OpenCC, which the package ships untyped. */
declare module 'opencc-js/dict/TSCharacters' {
  const pairs: string
  export default pairs
}
