# finds: pipe-full certain
# says: its stderr
import subprocess
import sys


class Tool:
    def __init__(self, *argv):
        self.proc = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def output(self):
        text = self.proc.stdout.read()
        self.proc.wait()
        return text


if __name__ == "__main__":
    code = "import sys\nfor n in range(9000): print('warning', n, file=sys.stderr)\nprint('ok')"
    print(Tool(sys.executable, "-c", code).output())
