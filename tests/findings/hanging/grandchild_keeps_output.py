# finds: pipe-kept-open likely
# says: sleep

import subprocess
p=subprocess.Popen("sleep 30 & echo started",shell=True,stdout=subprocess.PIPE)
print(p.communicate())
