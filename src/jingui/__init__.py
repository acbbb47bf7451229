"""Jingui 金匮: the system a hospital runs to carry out its 《患者医疗信息管理制度》, and to prove that it does."""

__version__ = "0.1.0"
