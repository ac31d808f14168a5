// TypeScript's judgement of programs that use the package, or MQTT.js in its place.
//
//   compile([{name, text}], {as: 'esm'})     ['name(line): error'], empty: it compiles
//
// `as` is how the program is compiled: 'esm' and 'cjs' as Node loads it (module node16), 'bundler' as Vite and others do.
// Modules are found from the package's own folder: 'wasmqtt' is the package as built, 'mqtt' MQTT.js.
import {createRequire} from 'node:module';
import path from 'node:path';
import {package_directory} from './package.mjs';

const ts = createRequire(path.join(package_directory, 'package.json'))('typescript');
const modes = {
  esm: {extension: '.mts', module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16},
  cjs: {extension: '.cts', module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16},
  bundler: {extension: '.ts', module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler},
};

// Declarations of the language, of Node and of the libraries are read once.
const read_before = new Map();

function host_for(options, texts) {
  const host = ts.createCompilerHost(options);
  const {getSourceFile, fileExists, readFile} = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    if (texts.has(file)) return ts.createSourceFile(file, texts.get(file), language);
    const key = `${file} ${language.impliedNodeFormat}`;
    if (!read_before.has(key)) read_before.set(key, getSourceFile(file, language, ...rest));
    return read_before.get(key);
  };
  return host;
}

export function program(files, {as = 'esm', types = ['node'], ...more} = {}) {
  const {extension, ...module} = modes[as];
  const options = {
    strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, esModuleInterop: true, skipLibCheck: true,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types, typeRoots: [path.join(package_directory, 'node_modules', '@types')],
    ...module, ...more,
  };
  const texts = new Map(files.map(({name, text}) => [path.join(package_directory, 'test', `${name}${extension}`), text]));
  return ts.createProgram([...texts.keys()], options, host_for(options, texts));
}

export function compile(files, options) {
  return ts.getPreEmitDiagnostics(program(files, options)).map(({file, start, messageText}) => {
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    if (!file) return text;
    return `${path.basename(file.fileName)}(${file.getLineAndCharacterOfPosition(start).line + 1}): ${text}`;
  });
}

// The names that a module exports to TypeScript, values and types: {name: 'value' | 'type' | 'both'}.
export function exported_names(module) {
  const one = program([{name: 'names', text: `export * from '${module}';\nexport {default} from '${module}';`}]);
  const checker = one.getTypeChecker();
  const source = one.getSourceFiles().find((file) => file.fileName.endsWith('names.mts'));
  const kind = (symbol) => {
    const {flags} = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const [value, type] = [flags & ts.SymbolFlags.Value, flags & (ts.SymbolFlags.Type | ts.SymbolFlags.Namespace)];
    return value && type ? 'both' : value ? 'value' : 'type';
  };
  return Object.fromEntries(checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => [symbol.name, kind(symbol)]));
}
