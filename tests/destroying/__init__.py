"""三（一）3 销毁 [3.1.3]: what needs a house of its own: races, clocks, crashes, and old backups opened again"""
