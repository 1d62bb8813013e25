import subprocess

r = subprocess.run(["grep", "-q", "needle"], input=b"hay")
print(r.returncode)
